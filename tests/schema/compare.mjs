// node compare.mjs RELEASED SCHEMA DECLARED
//
// Refuses what would break an application that was written for the released schema, unless the
// JSON file DECLARED lists it with reason and date, and deprecations that do not say since when
// and how long what they deprecate stays. Prints a line for each and exits with 1.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, parse, visit } from 'graphql';

const dated = /^(?<advice>.+) Deprecated on (?<since>[\d-]+), removed on (?<until>[\d-]+) at the earliest\.$/s;
const shape = 'REASON Deprecated on YYYY-MM-DD, removed on YYYY-MM-DD at the earliest.';

const isDay = (text) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

/** Breaking changes that are not declared, and declarations of what did not change. */
export async function breaking(released, schema, declared) {
  const changes = await diff(buildSchema(released), buildSchema(schema));
  const found = changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => message);
  const known = new Set(declared.map(({ change }) => change));
  return [
    ...found.filter((message) => !known.has(message)).map((message) => `breaks: ${message}`),
    ...declared
      .filter(({ change }) => !found.includes(change))
      .map(({ change }) => `declared, but did not happen: ${change}`),
    ...declared
      .filter(({ reason, date }) => !reason?.trim() || !isDay(date ?? ''))
      .map(({ change }) => `declared without "reason", or "date" as YYYY-MM-DD: ${change}`),
  ];
}

/** Deprecations that do not name their days. */
export function deprecations(schema) {
  const wrong = [];
  visit(parse(schema), {
    Directive(node, _key, _parent, _path, ancestors) {
      if (node.name.value !== 'deprecated') return;
      const reason = node.arguments.find(({ name }) => name.value === 'reason')?.value.value ?? '';
      const days = dated.exec(reason)?.groups;
      if (days && isDay(days.since) && isDay(days.until) && days.since < days.until) return;
      const names = ancestors.filter((one) => one.name).map((one) => one.name.value);
      wrong.push(`${names.join('.')}: the deprecation "${reason}" must read "${shape}"`);
    },
  });
  return wrong;
}

async function main([releasedFile, schemaFile, declaredFile, ...rest]) {
  if (!declaredFile || rest.length > 0) {
    console.error('usage: node compare.mjs RELEASED SCHEMA DECLARED');
    return 2;
  }
  const [released, schema, declared] = [releasedFile, schemaFile, declaredFile].map((file) =>
    readFileSync(file, 'utf8'),
  );
  const changes = await breaking(released, schema, JSON.parse(declared));
  for (const line of changes) console.log(line);
  if (changes.length > 0) {
    console.log(`Deprecate instead, or list it in ${declaredFile} as {"change", "reason", "date"}.`);
  }
  const wrong = deprecations(schema);
  for (const line of wrong) console.log(line);
  return changes.length + wrong.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exit(await main(process.argv.slice(2)));
}
