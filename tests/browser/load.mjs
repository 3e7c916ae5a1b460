// How long a page takes until it can be used, from an empty cache, and what it sends for that.

import assert from 'node:assert/strict';

import { countBytes, open } from './browser.mjs';

/** Goes to `url` as a new visitor; `isUsable` waits until the page can be used. */
export async function load(browser, url, isUsable, options) {
  const { context, page, faults } = await open(browser, options);
  const bytes = countBytes(context);
  const begun = performance.now();
  await page.goto(url);
  await isUsable(page);
  const ms = Math.round(performance.now() - begun);
  // What the page still fetches when it can be used already.
  await page.waitForTimeout(1000);
  const { requests, bytes: sent } = await bytes();
  assert.deepEqual(faults, []);
  await context.close();
  return { ms, requests, kB: Math.round(sent / 1000) };
}
