// The ward's menu page (clients/react) as a browser gets it: built, and in front of a Thali.

import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { open } from './browser.mjs';

const folder = new URL('../../clients/react/', import.meta.url);

/** Serves what `npm run build` wrote, with `/graphql` handed on to `THALI_URL`. */
export async function serveWardMenu() {
  const vite = createRequire(new URL('package.json', folder)).resolve('vite');
  const { preview } = await import(pathToFileURL(vite));
  const root = fileURLToPath(folder);
  const server = await preview({ root, configFile: `${root}vite.config.ts`, preview: { port: 0 } });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}

/** Usable: the dishes can be read, and touched. */
export async function isUsable(page) {
  await page.locator('.cards h3 button').first().waitFor();
}

/** Opens the page at an address, on an English tablet unless told otherwise. */
export async function visitWardMenu(browser, address, options = {}) {
  const opened = await open(browser, { locale: 'en-GB', ...options });
  await opened.page.goto(address);
  return opened;
}

export const cards = (page) => page.locator('.cards h3');

export const button = (page, name, options) => page.getByRole('button', { name, ...options });

export const parameters = (page) => Object.fromEntries(new URL(page.url()).searchParams);

/** How many dishes the page says the list has. */
export async function dishCount(page) {
  const text = await page
    .getByRole('status')
    .filter({ hasText: /^[\d,]+ dish(es)?$/ })
    .textContent();
  return Number(text.replace(/\D/g, ''));
}
