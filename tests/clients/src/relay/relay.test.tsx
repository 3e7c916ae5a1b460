import assert from 'node:assert/strict';
import { Suspense, act, type ReactElement } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { create } from 'react-test-renderer';
import { Environment, Network, RecordSource, Store, type FetchFunction } from 'relay-runtime';
import { test } from 'node:test';
import { server } from '../server';
import { Dish, type Details } from './dish';
import { Dishes, type List } from './dishes';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

// Documents are persisted: only their ids go over the wire.
const send: FetchFunction = async ({ id, name }, variables) => {
  const response = await fetch(server, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ doc_id: id, operationName: name, variables }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer;
};

/** Renders until what is asked for is there. */
async function show(element: ReactElement) {
  const environment = new Environment({
    network: Network.create(send),
    store: new Store(new RecordSource()),
  });
  await act(async () => {
    create(
      <RelayEnvironmentProvider environment={environment}>
        <Suspense fallback={null}>{element}</Suspense>
      </RelayEnvironmentProvider>,
    );
  });
}

async function until(holds: () => boolean) {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 200, 'nothing came within 10 s');
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }
}

const names = (list: List) => list.data.dishes.edges.map(({ node }) => node.name);

test('a connection grows at its end and at its start', async () => {
  let list: List | undefined;
  const seen = (now: List) => (list = now);
  await show(<Dishes page={{ first: 10 }} seen={seen} />);
  await until(() => list !== undefined);
  const first = list!;
  assert.deepEqual([first.hasPrevious, first.hasNext], [false, true]);
  const ten = names(first);
  assert.equal(ten.length, 10);

  // A list that starts in the middle is the same list.
  const after = first.data.dishes.edges[3]!.cursor;
  list = undefined;
  await show(<Dishes page={{ first: 2, after }} seen={seen} />);
  await until(() => list !== undefined);
  assert.deepEqual(names(list!), ten.slice(4, 6));
  await act(async () => void list!.loadNext(3));
  await until(() => names(list!).length === 5);
  assert.deepEqual(names(list!), ten.slice(4, 9));
  assert.ok(list!.hasPrevious);
  await act(async () => void list!.loadPrevious(3));
  await until(() => names(list!).length === 8);
  assert.deepEqual(names(list!), ten.slice(1, 9));
  assert.ok(list!.hasPrevious);
  await act(async () => void list!.loadPrevious(3));
  await until(() => names(list!).length === 9);
  assert.deepEqual(names(list!), ten.slice(0, 9));
  assert.ok(!list!.hasPrevious);
});

test('an object is fetched anew through node', async () => {
  let list: List | undefined;
  await show(<Dishes page={{ first: 1 }} seen={(now) => (list = now)} />);
  await until(() => list !== undefined);
  const { id, name } = list!.data.dishes.edges[0]!.node;

  let details: Details | undefined;
  await show(<Dish id={id} seen={(now) => (details = now)} />);
  await until(() => details !== undefined);
  assert.equal(details![0].name, name);
  assert.equal(details![0].kitchen.dishes.nodes.length, 1);
  await act(async () => void details![1]({ kitchenDishes: 4 }));
  await until(() => details![0].kitchen.dishes.nodes.length === 4);
});
