// The list of all dishes on the ward's menu page: to its end, back, and back to a place in it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { button, cards, dishCount, isUsable, serveWardMenu, visitWardMenu } from './ward-menu.mjs';

let browser;
let server;
before(async () => ([browser, server] = await Promise.all([launch(), serveWardMenu()])));
after(() => Promise.all([browser?.close(), server?.close()]));

const visit = (query, options) => visitWardMenu(browser, server.url + query, options);

/** Turns the wheel until there is nothing more in that direction. */
async function scrollToEnd(page, direction) {
  const isDone = (step) => {
    const list = document.querySelector('main [aria-busy]');
    const end = step > 0 ? list.lastElementChild : list.firstElementChild;
    if (list.ariaBusy === 'true' || end.matches('button')) return false;
    const { scrollHeight } = document.documentElement;
    return step > 0 ? innerHeight + scrollY >= scrollHeight - 2 : scrollY === 0;
  };
  await page.mouse.move(600, 500);
  for (let turns = 0; turns < 400; turns += 1) {
    if (await page.evaluate(isDone, direction)) return;
    await page.mouse.wheel(0, direction * 1800);
    await page.waitForTimeout(30);
  }
  assert.fail(`the end of the list was not reached at ${page.url()}`);
}

/** The name of the first dish below the bar, and where it is on the screen. */
const firstInSight = (page) =>
  page.evaluate(() => {
    const items = [...document.querySelectorAll('.cards > li')];
    const item = items.find((one) => one.getBoundingClientRect().bottom > 180);
    return { name: item.querySelector('h3').textContent, top: item.getBoundingClientRect().top };
  });

test('scrolls to the end of all dishes and back, and comes back to its place', async () => {
  const { context, page, faults } = await visit('?hospital=riverside-general&view=dishes');
  await isUsable(page);
  const total = await dishCount(page);
  assert.ok(total >= 200, `${total} dishes are too few for this test`);
  await scrollToEnd(page, 1);
  const all = await cards(page).allTextContents();
  assert.equal(all.length, total);
  await scrollToEnd(page, -1);
  assert.deepEqual(await cards(page).allTextContents(), all);

  // Into the middle, and a reload: the list starts there, and grows upward from there.
  await page.locator('.cards > li').nth(121).scrollIntoViewIfNeeded();
  await page.waitForURL(/from=/);
  await page.waitForTimeout(400);
  const place = await firstInSight(page);
  await page.reload();
  await isUsable(page);
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  const again = await firstInSight(page);
  assert.equal(again.name, place.name);
  assert.ok((await cards(page).count()) < total);
  await scrollToEnd(page, -1);
  const top = await cards(page).allTextContents();
  assert.deepEqual(top, all.slice(0, top.length));
  await scrollToEnd(page, 1);
  assert.deepEqual(await cards(page).allTextContents(), all);

  // Away and back: the same place, out of the cache.
  await page.locator('.cards > li').nth(60).scrollIntoViewIfNeeded();
  await page.waitForTimeout(400);
  const left = await firstInSight(page);
  await button(page, 'Menu', { exact: true }).click();
  await page.waitForURL((url) => !url.searchParams.has('view'));
  await isUsable(page);
  await page.goBack();
  await page.waitForURL(/view=dishes/);
  assert.equal((await firstInSight(page)).name, left.name);
  assert.deepEqual(faults, []);
  await context.close();
});

test('what is being read stays where it is when a page comes in above it', async () => {
  const { context, page, faults } = await visit('?hospital=riverside-general&view=dishes');
  await isUsable(page);
  for (const item of [23, 47, 71, 95]) {
    await page.locator('.cards > li').nth(item).scrollIntoViewIfNeeded();
    await page.locator('.cards > li').nth(item + 20).waitFor();
  }
  await page.locator('.cards > li').nth(95).scrollIntoViewIfNeeded();
  await page.waitForURL(/from=/);
  await page.waitForTimeout(400);
  await page.reload();
  await isUsable(page);
  await page.waitForFunction(() => !document.querySelector('main [aria-busy=true]'));

  // The next page above is slow: the reader is on the way up already when it comes.
  await page.route('**/graphql', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    await route.continue();
  });
  const count = await cards(page).count();
  await page.evaluate(() => window.scrollTo(0, 400));
  await page.locator('main [aria-busy=true]').waitFor();
  const before = await firstInSight(page);
  assert.equal(await cards(page).count(), count);
  await page.waitForFunction((had) => document.querySelectorAll('.cards > li').length > had, count);
  const after = await firstInSight(page);
  assert.equal(after.name, before.name);
  assert.ok(Math.abs(after.top - before.top) < 2, `moved from ${before.top} to ${after.top}`);
  assert.deepEqual(faults, []);
  await context.close();
});
