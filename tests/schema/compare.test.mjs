import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breaking, deprecations } from './compare.mjs';

const released = 'type Query { dish: String, menu(day: Int): String }';
const change = "Field 'dish' was removed from object type 'Query'";
const declared = { change, reason: 'Nobody asked for it.', date: '2026-11-21' };

test('an added field breaks nothing', async () => {
  const schema = 'type Query { dish: String, menu(day: Int): String, more: Int }';
  assert.deepEqual(await breaking(released, schema, []), []);
});

test('a removed field breaks', async () => {
  const schema = 'type Query { menu(day: Int): String }';
  assert.deepEqual(await breaking(released, schema, []), [`breaks: ${change}`]);
});

test('a new required argument and a type that becomes nullable break', async () => {
  const found = await breaking(
    'type Query { dish: String!, menu: String }',
    'type Query { dish: String, menu(day: Int!): String }',
    [],
  );
  assert.equal(found.length, 2);
});

test('a declared change is let through', async () => {
  const schema = 'type Query { menu(day: Int): String }';
  assert.deepEqual(await breaking(released, schema, [declared]), []);
});

test('a declaration needs a reason and a day, and must have happened', async () => {
  const schema = 'type Query { menu(day: Int): String }';
  for (const lacking of [{ reason: ' ' }, { date: 'today' }, { date: undefined }]) {
    const found = await breaking(released, schema, [{ ...declared, ...lacking }]);
    assert.equal(found.length, 1, JSON.stringify(lacking));
  }
  const found = await breaking(released, released, [declared]);
  assert.deepEqual(found, [`declared, but did not happen: ${change}`]);
});

test('a deprecation says why, since when and how long', () => {
  const deprecated = (reason) =>
    deprecations(`type Query { dish: String @deprecated${reason && `(reason: "${reason}")`} }`);
  const days = 'Deprecated on 2026-11-21, removed on 2027-05-21 at the earliest.';
  assert.deepEqual(deprecated(`Use \`menu\`. ${days}`), []);
  for (const wrong of ['', 'Use `menu`.', days, days.replace('2027', '2025')]) {
    assert.equal(deprecated(wrong).length, 1, wrong);
  }
  assert.match(deprecated('Old.')[0], /^Query\.dish: the deprecation "Old\."/);
});
