import { readFileSync } from 'node:fs';
import { buildSchema, isEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { ALLERGEN_GROUPS, declared } from './allergens';

test('species stand with their group, under their own presence', () => {
  const allergens = [
    { allergen: 'GLUTEN', group: 'GLUTEN', presence: 'CONTAINS' },
    { allergen: 'WHEAT', group: 'GLUTEN', presence: 'CONTAINS' },
    { allergen: 'OATS', group: 'GLUTEN', presence: 'MAY_CONTAIN' },
    { allergen: 'MILK', group: 'MILK', presence: 'CONTAINS' },
    { allergen: 'NUTS', group: 'NUTS', presence: 'MAY_CONTAIN' },
  ] as const;
  expect(declared(allergens, 'CONTAINS')).toEqual([
    { group: 'GLUTEN', species: ['WHEAT'] },
    { group: 'MILK', species: [] },
  ]);
  expect(declared(allergens, 'MAY_CONTAIN')).toEqual([
    { group: 'GLUTEN', species: ['OATS'] },
    { group: 'NUTS', species: [] },
  ]);
});

test('every allergen of the schema can be left out', () => {
  const schema = buildSchema(readFileSync('../../schema.graphql', 'utf8'));
  const type = schema.getType('Allergen');
  const known = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
  const offered = ALLERGEN_GROUPS.flatMap(({ group, species }) => [group, ...species]);
  expect(offered).toEqual(known);
});
