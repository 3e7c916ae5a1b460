// A real browser for tests: Debian's Chromium, headless, with everything recorded that a page
// must not do: a request that leaves this machine, an error or a warning on the console.

import { AxeBuilder } from '@axe-core/playwright';
import { access, constants } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Starts the browser. It asks nobody but the pages that are opened. */
export async function launch() {
  await access(executablePath, constants.X_OK).catch(() => {
    throw new Error(`${executablePath} cannot be run: install Chromium (Debian: chromium) or set CHROMIUM to its path`);
  });
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // root, as in containers, has no other way
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

const isLocal = (url) => /^(data|blob|about):/.test(url) || /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(url).hostname);

/**
 * Opens an empty page in a profile of its own.
 *
 * `faults` lists what was seen that should not be, also by workers; requests to other machines
 * are stopped. `options` are Playwright's: `colorScheme`, `viewport`, `permissions`, ...
 */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const faults = [];
  const watch = (page) => {
    page.on('console', (message) => {
      const kind = message.type();
      if (kind === 'error' || kind === 'warning') {
        faults.push(`console ${kind}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error.message}`));
    page.on('websocket', (socket) => {
      if (!isLocal(socket.url())) faults.push(`a connection to another machine: ${socket.url()}`);
    });
    page.on('crash', () => faults.push('the page crashed'));
  };
  context.on('page', watch);
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (isLocal(url)) return route.continue();
    faults.push(`a request to another machine: ${url}`);
    return route.abort();
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // A request that the page itself gave up, as when somebody types on, is no fault.
    if (reason !== 'net::ERR_ABORTED') faults.push(`${reason}: ${request.url()}`);
  });
  const page = await context.newPage();
  return { context, page, faults };
}

/** What axe-core finds serious or critical, as readable lines. */
export async function accessibilityFaults(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.flatMap(({ id, impact, help, nodes }) =>
    nodes.map((node) => `${impact} ${id}: ${help}: ${node.target.join(' ')}: ${node.any.concat(node.all)[0]?.message ?? ''}`),
  );
}

/**
 * Counts what comes over the wire for the pages of `context` from now on, workers included:
 * the function that is returned tells requests and bytes, as compressed, with their headers.
 */
export function countBytes(context) {
  const finished = [];
  context.on('requestfinished', (request) => finished.push(request.sizes()));
  return async () => {
    const sizes = await Promise.all(finished);
    const bytes = sizes.reduce((sum, size) => sum + size.responseHeadersSize + size.responseBodySize, 0);
    return { requests: sizes.length, bytes };
  };
}
