import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { filter, firstValueFrom, timeout } from 'rxjs';
import {
  DishPagesDocument,
  HospitalProfileDocument,
  TodaysMenuDocument,
} from './generated/graphql';
import { server } from './server';

const cache = () =>
  new InMemoryCache({ typePolicies: { Query: { fields: { dishes: relayStylePagination() } } } });

/** A link to the server, and the bodies and methods that went through it. */
function http() {
  const sent: { method?: string | undefined; body?: unknown; url: string }[] = [];
  const link = new HttpLink({
    uri: server,
    fetch: (input, init) => {
      const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      sent.push({ method: init?.method, body, url: String(input) });
      return fetch(input, init);
    },
  });
  return { link, sent };
}

test('a typed query is answered from the server, then from the cache', async () => {
  const { link, sent } = http();
  const client = new ApolloClient({ link, cache: cache() });
  const { data } = await client.query({ query: HospitalProfileDocument });
  assert.equal(data?.hospital?.name, 'Riverside General Hospital');
  await client.query({ query: HospitalProfileDocument });
  assert.equal(sent.length, 1);
});

test('an infinite list grows in both directions', async () => {
  const client = new ApolloClient({ link: http().link, cache: cache() });
  const all = await client.query({ query: DishPagesDocument, variables: { first: 8 } });
  const names = all.data?.dishes.edges.map(({ node }) => node.name);
  const after = all.data?.dishes.edges[2]?.cursor ?? null;
  await client.clearStore();

  const list = client.watchQuery({ query: DishPagesDocument, variables: { first: 2, after } });
  const grownTo = async (length: number) => {
    const complete = list.pipe(filter((result) => result.dataState === 'complete'));
    const grown = complete.pipe(filter(({ data }) => data.dishes.edges.length === length));
    return (await firstValueFrom(grown.pipe(timeout(5000)))).data.dishes;
  };
  const { startCursor, endCursor } = (await grownTo(2)).pageInfo;
  await list.fetchMore({ variables: { first: 2, after: endCursor } });
  await grownTo(4);
  await list.fetchMore({
    variables: { first: null, after: null, last: 10, before: startCursor },
  });
  const { edges, pageInfo } = await grownTo(7);
  assert.deepEqual(edges.map(({ node }) => node.name), names?.slice(0, 7));
  assert.equal(pageInfo.hasPreviousPage, false);
  assert.equal(pageInfo.hasNextPage, true);
});

test('a persisted operation goes by its hash, by GET too', async () => {
  for (const useGETForHashedQueries of [false, true]) {
    const { link, sent } = http();
    const persisted = new PersistedQueryLink({
      generateHash: (document) => (document as unknown as { __meta__: { hash: string } }).__meta__.hash,
      useGETForHashedQueries,
    });
    const client = new ApolloClient({ link: ApolloLink.from([persisted, link]), cache: cache() });
    const { data } = await client.query({ query: HospitalProfileDocument });
    assert.ok(data?.hospital);
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.method, useGETForHashedQueries ? 'GET' : 'POST');
    assert.ok(!JSON.stringify(sent).includes('query HospitalProfile'));
  }
});

test('an automatic persisted query is registered by its first use', async () => {
  const { link, sent } = http();
  const persisted = new PersistedQueryLink({
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  const client = new ApolloClient({
    link: ApolloLink.from([persisted, link]),
    cache: cache(),
    defaultOptions: { query: { fetchPolicy: 'no-cache' } },
  });
  // A name that no server has seen.
  const query = gql(`query Test${randomUUID().replaceAll('-', '')} { serverTime }`);
  await client.query({ query });
  await client.query({ query });
  const documents = sent.map(({ body }) => 'query' in (body as object));
  assert.deepEqual(documents, [false, true, false]);
});

test('an error comes with its code', async () => {
  const client = new ApolloClient({ link: http().link, cache: cache() });
  const asked = client.query({ query: DishPagesDocument, variables: { first: 101 } });
  await assert.rejects(asked, (error: unknown) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.equal(error.errors[0]?.extensions?.code, 'BAD_USER_INPUT');
    return true;
  });
});

test('a date is a string that the types know', async () => {
  const client = new ApolloClient({ link: http().link, cache: cache() });
  const date: string = '2026-11-23';
  const variables = { hospital: 'riverside-general', date };
  const { data } = await client.query({ query: TodaysMenuDocument, variables });
  assert.equal(data?.menu?.date, date);
});
