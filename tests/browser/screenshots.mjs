// The pictures of the README, from a running server: node screenshots.mjs FOLDER

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { launch, open } from './browser.mjs';
import { isUsable, serveWardMenu, visitWardMenu } from './ward-menu.mjs';

const [folder] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await launch();

const { page } = await open(browser, { colorScheme: 'light', viewport: { width: 1440, height: 900 } });
await page.goto(new URL('/playground', process.env.THALI_URL).href);
await page.getByRole('region', { name: 'Examples' }).getByRole('button', { name: 'WeekAtAGlance' }).click();
const run = page.getByRole('button', { name: 'Execute query' });
// The first answer also prepares the statements; the second is what a server in use takes.
for (const _ of ['cold', 'warm']) {
  await Promise.all([page.waitForResponse((response) => response.url().endsWith('/graphql')), run.click()]);
  await page.locator('.trace[aria-busy=false] .trace-statements').waitFor();
}
await page.mouse.move(0, 0);
await page.evaluate(() => document.fonts.ready);
await page.locator('[role=tooltip]').waitFor({ state: 'detached' });
// Brackets are coloured and lines are laid out a moment after the text is there.
await page.waitForTimeout(1000);
await page.screenshot({ path: join(folder, 'playground.png') });

// The ward's menu page, at tomorrow's lunch: whatever the time, that can still be ordered.
const server = await serveWardMenu();
const tablet = { viewport: { width: 1180, height: 820 }, colorScheme: 'light' };
const { page: ward } = await visitWardMenu(browser, `${server.url}?hospital=riverside-general&meal=lunch`, tablet);
await isUsable(ward);
await ward.getByRole('navigation', { name: 'Day' }).getByRole('button').nth(1).click();
await ward.getByText(/^Order until/).waitFor();
await isUsable(ward);
await ward.mouse.move(0, 0);
await ward.evaluate(() => document.fonts.ready);
await ward.waitForTimeout(500);
await ward.screenshot({ path: join(folder, 'react.png') });
await server.close();
await browser.close();
