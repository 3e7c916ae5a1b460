// The ward's menu page in a browser, used as a person on a ward uses it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibilityFaults, launch, open } from './browser.mjs';
import { load } from './load.mjs';
import { button, cards, dishCount, isUsable, parameters, serveWardMenu, visitWardMenu } from './ward-menu.mjs';

let browser;
let server;
before(async () => ([browser, server] = await Promise.all([launch(), serveWardMenu()])));
after(() => Promise.all([browser?.close(), server?.close()]));

const visit = (query, options) => visitWardMenu(browser, server.url + query, options);

const LONDON = { latitude: 51.505, longitude: -0.099 };

test('is sent compressed', async () => {
  const url = `${server.url}?hospital=riverside-general`;
  const { ms, requests, kB } = await load(browser, url, isUsable, { locale: 'en-GB' });
  console.log(`ward menu usable after ${ms} ms; ${kB} kB over the wire in ${requests} requests`);
  assert.ok(kB < 300, `${kB} kB over the wire`);
});

test('finds a hospital near me, or by a misspelt name', async () => {
  const { context, page, faults } = await visit('', {
    geolocation: LONDON,
    permissions: ['geolocation'],
  });
  const hospitals = page.getByRole('main').getByRole('listitem');
  await page.getByRole('heading', { name: 'Nearest first' }).waitFor();
  await hospitals.first().getByText('Riverside General Hospital').waitFor();
  assert.match(await hospitals.first().textContent(), /0\.\d+ km$/);

  await page.getByRole('searchbox').fill('isarbogn');
  await page.getByRole('heading', { name: 'Best match first' }).waitFor();
  await hospitals
    .first()
    .getByRole('button', { name: /Klinikum Isarbogen/ })
    .click();
  await isUsable(page);
  assert.deepEqual(parameters(page), { hospital: 'klinikum-isarbogen' });
  assert.match(await page.title(), /^Klinikum Isarbogen/);
  await page.goBack();
  await page.getByRole('heading', { name: 'Which hospital are you in?' }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('offers the names when the device does not say where it is', async () => {
  const { context, page, faults } = await visit('');
  await button(page, 'Near me').click();
  await page.getByText('This device does not say where it is').waitFor();
  await page.getByRole('heading', { name: 'All hospitals' }).waitFor();
  await page.getByRole('button', { name: /Riverside General/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('shows the menus of today and of other days, in two languages', async () => {
  const { context, page, faults } = await visit('?hospital=riverside-general&meal=lunch');
  await isUsable(page);
  const menu = await cards(page).allTextContents();
  await page
    .getByText(/^£\d+\.\d\d$/)
    .first()
    .waitFor();
  await page.getByRole('navigation', { name: 'Day' }).getByRole('button').nth(1).click();
  await page.waitForURL(/day=\d{4}-\d\d-\d\d/);
  await page.waitForFunction((before) => {
    const now = [...document.querySelectorAll('.cards h3')].map((one) => one.textContent);
    return now.length > 0 && now.join() !== before;
  }, menu.join());

  await button(page, 'Deutsch').click();
  await page
    .getByText(/^\d+,\d\d\s£$/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: /^Abendessen/ }).click();
  await page.waitForURL(/meal=dinner/);
  assert.equal(await page.locator('html').getAttribute('lang'), 'de-DE');
  await page.reload();
  await isUsable(page);
  assert.equal(await page.getByRole('button', { name: /^Abendessen/ }).getAttribute('aria-current'), 'true');
  assert.deepEqual(faults, []);
  await context.close();
});

test('searches with typing errors, filters, and shows what is in a dish', async () => {
  const { context, page, faults } = await visit('?hospital=riverside-general');
  await isUsable(page);
  await page.getByRole('searchbox').pressSequentially('lentl', { delay: 40 });
  await page.waitForURL(/search=lentl/);
  await page
    .getByRole('status')
    .filter({ hasText: /dishes$/ })
    .waitFor();
  const found = await page.locator('.cards > li').allTextContents();
  assert.ok(found.length > 2);
  for (const text of found.slice(0, 3)) assert.match(text, /lentil/i);
  const all = await dishCount(page);

  await page.getByRole('searchbox').fill('');
  await page.waitForURL((url) => !url.searchParams.has('search'));
  await button(page, 'Filters').click();
  const sheet = page.getByRole('dialog', { name: 'What may be on the tray' });
  await sheet.getByRole('button', { name: 'Vegetarian' }).click();
  await sheet.getByRole('button', { name: 'Milk', exact: true }).click();
  await sheet.getByRole('button', { name: 'Tree nuts', exact: true }).click();
  await sheet.getByRole('button', { name: 'Show dishes' }).click();
  await sheet.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.querySelectorAll('.cards > li').length > 0);
  assert.deepEqual(parameters(page), {
    hospital: 'riverside-general',
    view: 'dishes',
    diet: 'vegetarian',
    without: 'milk,nuts',
  });
  for (const text of await page.locator('.cards > li').allTextContents()) {
    assert.match(text, /Vegetarian/);
    assert.doesNotMatch(text.replace(/^.*?(?=Contains|May contain|None of)/s, ''), /Milk|Tree nuts/);
  }
  assert.ok((await dishCount(page)) > all);

  const name = await cards(page).nth(2).textContent();
  await cards(page).nth(2).getByRole('button').click();
  const details = page.getByRole('dialog', { name });
  for (const heading of ['Allergens', /^Nutrition/, /^Texture/]) {
    await details.getByRole('heading', { name: heading }).waitFor();
  }
  assert.match(await details.textContent(), /\d+ kcal/);
  await page.reload();
  await details.getByRole('heading', { name: 'Allergens' }).waitFor();
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  assert.equal(parameters(page).dish, undefined);
  await button(page, 'Remove: No milk').click();
  await page.waitForURL(/without=nuts/);
  assert.deepEqual(faults, []);
  await context.close();
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const tablet = { viewport: { width: 1180, height: 820 }, hasTouch: true };

for (const device of [
  { ...tablet, colorScheme: 'light' },
  { ...phone, colorScheme: 'dark' },
]) {
  const { width } = device.viewport;
  test(`has no serious accessibility fault, ${device.colorScheme}, ${width} pixels wide`, async () => {
    const { context, page, faults } = await visit('', device);
    const look = async (what) => {
      assert.deepEqual(await accessibilityFaults(page), [], what);
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(needed <= width, `${what} is ${needed} pixels wide`);
    };
    await page.getByRole('button', { name: /Riverside General/ }).waitFor();
    await look('choosing a hospital');
    await page.getByRole('button', { name: /Riverside General/ }).tap();
    await isUsable(page);
    await look('a menu');
    await cards(page).first().getByRole('button').tap();
    await page.getByRole('heading', { name: 'Nutrition' }).waitFor();
    await page.waitForTimeout(300); // until it has slid in
    await look('details');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.ok(
      await cards(page)
        .first()
        .getByRole('button')
        .evaluate((one) => one === document.activeElement),
    );
    await page.goto(`${server.url}?hospital=riverside-general&view=dishes&diet=vegan&without=milk`);
    await isUsable(page);
    await look('a list of dishes');
    await button(page, /^Filters/).tap();
    await page.waitForTimeout(300);
    await look('the filters');
    await context.setOffline(true);
    await button(page, 'Close').tap();
    await page.getByText('No connection.').first().waitFor();
    await look('offline');
    assert.deepEqual(faults, []);
    await context.close();
  });
}
