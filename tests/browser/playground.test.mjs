// The playground in a browser: what each example costs is seen, and nothing else happens.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { accessibilityFaults, launch, open } from './browser.mjs';
import { load } from './load.mjs';
import { isUsable, runButton, url } from './playground.mjs';

const operations = new URL('../operations/', import.meta.url);
const files = (await readdir(operations)).filter((file) => file.endsWith('.graphql'));

/** The example in `file`, as its text describes it. */
async function example(file) {
  const text = await readFile(new URL(file, operations), 'utf8');
  const [sentence, statements] = text.split('\n').map((line) => line.replace(/^# (statements: )?/, ''));
  return { name: /^query (\w+)/m.exec(text)[1], sentence, statements: Number(statements), text: text.trimEnd() };
}

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function openPlayground(options, address = url) {
  const opened = await open(browser, options);
  await opened.page.goto(address);
  await isUsable(opened.page);
  return opened;
}

/** Runs the operation in the editor: the whole answer, and what the panel shows of it. */
async function run(page) {
  const [response] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/graphql')),
    runButton(page).click(),
  ]);
  const answer = await response.json();
  await page.locator('.trace[aria-busy=false] .trace-statements').waitFor();
  return { answer, statements: Number(await page.locator('.trace-statements strong').textContent()) };
}

const text = (page, editor) => page.evaluate((name) => {
  const model = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith(name));
  return model.getValue();
}, editor);

test('is sent compressed', async () => {
  const { ms, requests, kB } = await load(browser, url, isUsable);
  console.log(`playground usable after ${ms} ms; ${kB} kB over the wire in ${requests} requests`);
  assert.ok(kB < 1600, `${kB} kB over the wire`);
  assert.ok(requests < 40, `${requests} requests`);
});

test('every example is a tab that shows data and what it cost', async () => {
  const { context, page, faults } = await openPlayground();
  const examples = await Promise.all(files.map(example));
  const tabs = page.locator('.graphiql-tab-button');
  assert.deepEqual((await tabs.allTextContents()).sort(), examples.map(({ name }) => name).sort());
  for (const { name, sentence, statements, text: query } of examples) {
    await tabs.getByText(name, { exact: true }).click();
    assert.equal(await text(page, 'operation.graphql'), query);
    await page.getByRole('region', { name: 'Examples' }).getByText(sentence, { exact: true }).waitFor();
    const { answer, statements: shown } = await run(page);
    assert.equal(answer.errors, undefined, `${name}: ${JSON.stringify(answer.errors)}`);
    // Who asks is nobody here.
    const roots = Object.entries(answer.data).filter(([root]) => root !== 'viewer');
    assert.ok(roots.every(([, root]) => root !== null), `${name}: ${JSON.stringify(answer.data)}`);
    const { trace, cost } = answer.extensions;
    assert.equal(shown, trace.sqlStatements, name);
    assert.ok(shown <= statements, `${name}: ${shown} statements, ${statements} promised`);
    assert.match(await text(page, 'response.json'), /"data"/);
    const rows = await page.locator('.timeline tbody').evaluateAll((rows) =>
      rows.map((row) => ({
        loader: row.querySelector('th').firstChild.textContent.trim(),
        figures: [...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.textContent.replace(',', '')),
        source: row.dataset.source,
        width: row.querySelector('.timeline-bar').getBoundingClientRect().width,
      })),
    );
    const batches = trace.batches.toSorted((a, b) => a.at - b.at);
    assert.deepEqual(
      rows.map(({ loader, figures, source }) => [loader, ...figures, source]),
      batches.map(({ loader, loads, keys, rows, source }) => [loader, String(loads), String(keys), String(rows), source]),
      name,
    );
    assert.ok(rows.every(({ width }) => width > 0), `${name}: a batch without a bar`);
    const costs = await page.locator('.cost dd').allTextContents();
    assert.deepEqual(costs.map((shown) => Number(shown.replace(',', ''))), [cost.requested, cost.actual, cost.available]);
  }
  assert.deepEqual(faults, []);
  await context.close();
});

for (const [name, options] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['small', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
  ['small and dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
]) {
  test(`is accessible: ${name}`, async () => {
    const { context, page, faults } = await openPlayground(options);
    assert.deepEqual(await accessibilityFaults(page), [], 'before a run');
    await run(page);
    assert.deepEqual(await accessibilityFaults(page), [], 'after a run');
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    assert.deepEqual(await accessibilityFaults(page), [], 'with the documentation');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels wider than the screen`);
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('shows the text of each statement on request', async () => {
  const { context, page, faults } = await openPlayground();
  await run(page);
  assert.equal(await page.locator('.timeline-sql').count(), 0);
  await page.getByRole('checkbox', { name: /SQL/ }).check();
  const { statements } = await run(page);
  const shown = await page.locator('.timeline-sql').allTextContents();
  assert.equal(shown.length, statements);
  assert.ok(shown.every((sql) => sql.includes('SELECT')), shown.join('\n'));
  const below = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  assert.equal(below, 0, 'the panel scrolls, not the page');
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.deepEqual(faults, []);
  await context.close();
});

test('can be used without a mouse', async () => {
  const { context, page, faults } = await openPlayground();
  const focus = async (wanted) => {
    for (let steps = 0; steps < 120; steps += 1) {
      await page.keyboard.press('Tab');
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail(`${wanted} cannot be reached with the Tab key`);
  };
  await focus(page.getByRole('button', { name: 'WeekAtAGlance' }).first());
  await page.keyboard.press('Enter');
  await page.locator('.graphiql-tab-active', { hasText: 'WeekAtAGlance' }).waitFor();
  await focus(runButton(page));
  await page.keyboard.press('Enter');
  await page.locator('.trace-statements').waitFor();
  await focus(page.getByRole('region', { name: 'Batches' }));
  await focus(page.getByRole('checkbox', { name: /SQL/ }));
  assert.deepEqual(faults, []);
  await context.close();
});

test('a link brings an operation with its variables to somebody else', async () => {
  const { context, page, faults } = await openPlayground({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.locator('.graphiql-tab-button', { hasText: 'TodaysMenu' }).click();
  await page.getByRole('button', { name: 'Share a link' }).click();
  await page.getByText('Link copied').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, page.url());
  const sent = { query: await text(page, 'operation.graphql'), variables: await text(page, 'variables.json') };
  const changed = link.replace('riverside-general', 'riverside-other').replace('TodaysMenu', 'FromAFriend');

  const other = await openPlayground({}, changed);
  assert.equal(await text(other.page, 'operation.graphql'), sent.query.replace('TodaysMenu', 'FromAFriend'));
  assert.equal(await text(other.page, 'variables.json'), sent.variables.replace('riverside-general', 'riverside-other'));
  assert.match(await other.page.locator('.graphiql-tab-active').textContent(), /FromAFriend/);
  assert.equal(new URL(other.page.url()).hash, '');
  assert.deepEqual([...faults, ...other.faults], []);
  await context.close();
  await other.context.close();
});

test('keeps what was changed and renews the dates of what was not', async () => {
  const { context, page, faults } = await openPlayground();
  await page.locator('.graphiql-tab-button', { hasText: 'SixEdges' }).click();
  await page.evaluate(() => {
    const { editor } = globalThis.__MONACO;
    editor.getModels().find(({ uri }) => uri.path.endsWith('operation.graphql')).setValue('query Mine { serverTime }');
  });
  await page.waitForFunction(() => localStorage.getItem('graphiql:tabState').includes('query Mine'));
  const today = await page.evaluate(() => {
    // As if the last visit was long ago.
    const { TODAY } = JSON.parse(localStorage.getItem('thali:placeholders'));
    for (const key of ['thali:placeholders', 'graphiql:tabState']) {
      localStorage.setItem(key, localStorage.getItem(key).replaceAll(TODAY, '2020-02-29'));
    }
    return TODAY;
  });
  await page.reload();
  await isUsable(page);
  assert.equal(await text(page, 'operation.graphql'), 'query Mine { serverTime }');
  await page.locator('.graphiql-tab-button', { hasText: 'TodaysMenu' }).click();
  assert.equal(JSON.parse(await text(page, 'variables.json')).date, today);
  // The example that was changed can be had again.
  await page.getByRole('region', { name: 'Examples' }).getByRole('button', { name: 'SixEdges' }).click();
  assert.match(await text(page, 'operation.graphql'), /query SixEdges/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('documents the whole schema', async () => {
  const { context, page, faults } = await openPlayground();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer-search input').fill('acceptsOrders');
  await page.getByRole('option', { name: /acceptsOrdersUntil/ }).first().click();
  await page.getByText('DateTime').first().waitFor();
  const path = await page.getByRole('link', { name: 'schema.graphql' }).first().getAttribute('href');
  const schema = await page.request.get(new URL(path, url).href);
  assert.match(await schema.text(), /type Menu implements Node/);
  assert.deepEqual(faults, []);
  await context.close();
});
