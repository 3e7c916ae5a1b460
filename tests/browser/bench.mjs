// How fast the pages can be used, from a running server: node bench.mjs

import { launch } from './browser.mjs';
import { load } from './load.mjs';
import * as playground from './playground.mjs';
import { isUsable, serveWardMenu } from './ward-menu.mjs';

const VISITS = 9;
const BOUND = 2000;

const browser = await launch();
const server = await serveWardMenu();
const pages = [
  ['playground', playground.url, playground.isUsable],
  ['ward-menu', `${server.url}?hospital=riverside-general`, isUsable],
];
let short = false;
for (const [name, url, usable] of pages) {
  const visits = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    visits.push(await load(browser, url, usable));
  }
  const { ms, requests, kB } = visits.sort((a, b) => a.ms - b.ms)[(VISITS - 1) / 2];
  const verdict = ms < BOUND ? 'ok' : 'short';
  short ||= verdict === 'short';
  console.log(`${name}: ${kB} kB over the wire in ${requests} requests`);
  console.log(`${name}-usable-ms  ${ms}  <${BOUND}  ${verdict}`);
}
await server.close();
await browser.close();
process.exitCode = short ? 1 : 0;
