// The ward's menu page when something is missing: the network, an answer, a photo, or a fresh look.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { button, cards, isUsable, serveWardMenu, visitWardMenu } from './ward-menu.mjs';

let browser;
let server;
before(async () => ([browser, server] = await Promise.all([launch(), serveWardMenu()])));
after(() => Promise.all([browser?.close(), server?.close()]));

const visit = (query, options) => visitWardMenu(browser, server.url + query, options);

test('says when it is offline, keeps what it has, and goes on by itself', async () => {
  const { context, page, faults } = await visit('?hospital=riverside-general&meal=lunch');
  await isUsable(page);
  const notice = page.getByRole('status').filter({ hasText: 'No connection.' });
  assert.equal(await notice.count(), 0);
  const menu = await cards(page).allTextContents();
  await context.setOffline(true);
  await notice.waitFor();
  assert.deepEqual(await cards(page).allTextContents(), menu);
  await button(page, 'All dishes').click();
  await page.getByRole('alert').filter({ hasText: 'No connection.' }).waitFor();
  await context.setOffline(false);
  await isUsable(page);
  assert.equal(await notice.count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test('stays open all day: today goes with the server, and a failed look changes nothing', async () => {
  const { context, page, faults } = await visit('');
  await page.clock.install();
  await page.goto(`${server.url}?hospital=riverside-general`);
  await isUsable(page);
  const today = page.getByRole('navigation', { name: 'Day' }).getByRole('button', { name: /^Today/ });
  const before = await today.getAttribute('aria-label');

  let answers = 0;
  await page.route('**/graphql', async (route) => {
    if (route.request().postDataJSON().operationName !== 'Hospital') return route.continue();
    answers += 1;
    if (answers === 1) return route.fulfill({ status: 503, body: '' });
    const response = await route.fetch();
    const answer = await response.json();
    const tomorrow = Date.parse(answer.data.serverTime) + 86_400_000;
    answer.data.serverTime = new Date(tomorrow).toISOString();
    return route.fulfill({ response, json: answer });
  });
  await Promise.all([page.waitForResponse('**/graphql'), page.clock.fastForward(61_000)]);
  assert.equal(await today.getAttribute('aria-label'), before);
  assert.ok((await cards(page).count()) > 0);
  await Promise.all([page.waitForResponse('**/graphql'), page.clock.fastForward(61_000)]);
  await page.waitForFunction((old) => !document.querySelector(`[aria-label="${old}"]`), before);
  await isUsable(page);
  assert.notEqual(await today.getAttribute('aria-label'), before);
  assert.equal(faults.length, 1);
  assert.match(faults[0], /responded with a status of 503/);
  await context.close();
});

test('shows the message and the code of the API, and tries again', async () => {
  const { context, page, faults } = await visit('?hospital=riverside-general&view=dishes&without=cheese');
  const alert = page.getByRole('alert');
  await alert.getByText('does not contain the value "CHEESE"').waitFor();
  await alert.getByText('Code GRAPHQL_VALIDATION_FAILED').waitFor();

  const busy = { message: 'too busy', extensions: { code: 'UNAVAILABLE', requestId: 'r-1' } };
  const contentType = 'application/graphql-response+json';
  const body = JSON.stringify({ errors: [busy] });
  await page.route('**/graphql', (route) => route.fulfill({ status: 503, contentType, body }), { times: 1 });
  await button(page, 'Remove: No cheese').click();
  await alert.getByText('too busy').waitFor();
  await alert.getByText('Code UNAVAILABLE').waitFor();
  await alert.getByText('Request r-1').waitFor();
  await button(page, 'Try again').click();
  await isUsable(page);
  assert.equal(await alert.count(), 0);
  // The browser itself writes a line for each answer with such a status; the page writes none.
  for (const fault of faults) assert.match(fault, /responded with a status of (400|503)/);
  assert.equal(faults.length, 2);
  await context.close();
});

test('shows the photo of a dish, and the sign of its category where that cannot be had', async () => {
  const { context, page, faults } = await visit('');
  const square = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>';
  const url = `data:image/svg+xml,${encodeURIComponent(square)}`;
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    const [first, second] = answer.data.dishes?.edges ?? [];
    if (first) {
      first.node.photo = { __typename: 'Photo', url, width: 40, height: 30 };
      second.node.photo = { __typename: 'Photo', url: 'data:image/png,none', width: 40, height: 30 };
    }
    await route.fulfill({ response, json: answer });
  });
  await page.goto(`${server.url}?hospital=riverside-general&view=dishes`);
  await isUsable(page);
  const pictures = page.locator('.cards > li');
  await pictures.nth(0).locator(`img[src="${url}"]`).waitFor();
  await pictures.nth(1).locator('[data-category] svg').waitFor();
  assert.equal(await pictures.nth(1).locator('img').count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});
