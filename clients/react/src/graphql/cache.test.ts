import { readFileSync } from 'node:fs';
import { gql } from '@apollo/client';
import { buildSchema, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { CONNECTIONS, createCache } from './cache';

const QUERY = gql`
  query ($search: String, $first: Int, $after: String, $last: Int, $before: String) {
    dishes(search: $search, first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

const ALPHABET = [...'abcdefghij'];

/** A list of ten dishes, each its own cursor, of which pages are written and the whole is read. */
function list() {
  const cache = createCache();
  return {
    write(letters: string, variables: Record<string, unknown>) {
      const edges = [...letters].map((cursor) => ({
        __typename: 'DishEdge',
        cursor,
        node: { __typename: 'Dish', id: cursor },
      }));
      const pageInfo = {
        __typename: 'PageInfo',
        hasNextPage: letters.at(-1) !== ALPHABET.at(-1),
        hasPreviousPage: letters[0] !== ALPHABET[0],
        startCursor: letters[0],
        endCursor: letters.at(-1),
      };
      const data = { dishes: { __typename: 'DishConnection', edges, pageInfo } };
      cache.writeQuery({ query: QUERY, variables, data });
    },
    read(variables = {}) {
      const data = cache.readQuery<{
        dishes: {
          edges: { cursor: string }[];
          pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean };
        };
      }>({ query: QUERY, variables });
      const { edges, pageInfo } = data?.dishes ?? {};
      const letters = edges?.map(({ cursor }) => cursor).join('');
      return [letters, pageInfo?.hasPreviousPage, pageInfo?.hasNextPage];
    },
  };
}

test('pages join at both ends, and the ends stay true', () => {
  const { write, read } = list();
  write('def', { first: 3, after: 'c' });
  expect(read()).toEqual(['def', true, true]);
  write('ghi', { first: 3, after: 'f' });
  expect(read()).toEqual(['defghi', true, true]);
  write('abc', { last: 3, before: 'd' });
  expect(read()).toEqual(['abcdefghi', false, true]);
  write('j', { first: 3, after: 'i' });
  expect(read()).toEqual(['abcdefghij', false, false]);
});

test('a page that meets nothing starts the list anew instead of hiding a gap', () => {
  const { write, read } = list();
  write('abc', { first: 3 });
  write('hij', { first: 3, after: 'g' });
  expect(read()).toEqual(['hij', true, false]);
});

test('another search is another list, another page is not', () => {
  const { write, read } = list();
  write('abc', { first: 3 });
  write('c', { search: 'c', first: 3 });
  expect(read({ search: 'c' })[0]).toBe('c');
  expect(read({ first: 50, after: 'z' })[0]).toBe('abc');
});

test('every connection of the schema has a policy with the arguments that make it another list', () => {
  const schema = buildSchema(readFileSync('../../schema.graphql', 'utf8'));
  const expected: typeof CONNECTIONS = {};
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (!String(field.type).endsWith('Connection!')) continue;
      const names = field.args.map(({ name }) => name);
      const keys = names.filter((name) => !['first', 'last', 'after', 'before'].includes(name));
      (expected[type.name] ??= {})[field.name] = keys.length ? keys : false;
    }
  }
  expect(CONNECTIONS).toEqual(expected);
});
