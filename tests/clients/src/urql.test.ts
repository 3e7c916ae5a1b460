import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { DishPagesDocument, FindHospitalDocument } from './generated/graphql';
import { server } from './server';

for (const preferGetMethod of [false, 'force'] as const) {
  const by = preferGetMethod ? 'GET' : 'POST';
  const client = new Client({
    url: server,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod,
  });

  test(`typed queries are answered by ${by}`, async () => {
    const { data, error } = await client.query(FindHospitalDocument, {}).toPromise();
    assert.equal(error, undefined);
    assert.ok(data?.hospitals.nodes.length);
  });

  test(`pages follow each other in both directions by ${by}`, async () => {
    const page = (variables: object) => client.query(DishPagesDocument, variables).toPromise();
    const first = (await page({ first: 3 })).data?.dishes;
    const second = (await page({ first: 3, after: first?.pageInfo.endCursor })).data?.dishes;
    const back = (await page({ last: 3, before: second?.pageInfo.startCursor })).data?.dishes;
    assert.equal(second?.edges.length, 3);
    assert.notDeepEqual(second?.edges, first?.edges);
    assert.deepEqual(back?.edges, first?.edges);
  });

  test(`an error comes with its code by ${by}`, async () => {
    const { error } = await client.query(DishPagesDocument, { first: 101 }).toPromise();
    assert.equal(error?.graphQLErrors[0]?.extensions.code, 'BAD_USER_INPUT');
  });
}
