import assert from 'node:assert/strict';
import type { SocketNodes, SocketOrder } from '../../ports/socket-nodes.ts';

/** Nodes to be put through the contract. */
export interface NodesUnderTest {
  join(name: string): Promise<SocketNodes>;
  /** A node with these connections that can be ended without a goodbye, as a crash does; left out where none can crash. */
  mortal?(api: string, ids: readonly string[]): Promise<{ kill(): Promise<void> }>;
  /** Milliseconds after which a killed node's connections are nobody's. */
  readonly aliveMs: number;
}

export interface NodesCase {
  readonly name: string;
  run(nodes: NodesUnderTest): Promise<void>;
}

const post = (id: string, api = 'chat'): SocketOrder & { readonly id: string } => ({
  op: 'post',
  api,
  id,
  data: 'hello',
  text: true,
});

async function two(nodes: NodesUnderTest): Promise<{ a: SocketNodes; b: SocketNodes; heard: SocketOrder[] }> {
  const [a, b] = [await nodes.join('a'), await nodes.join('b')];
  const heard: SocketOrder[] = [];
  b.serve((order) => {
    heard.push(order);
    return { status: 'done', count: 1 };
  });
  return { a, b, heard };
}

export const socketNodesContract: readonly NodesCase[] = [
  {
    name: 'an order goes to the node that has the connection, and its answer comes back',
    async run(nodes) {
      const { a, b, heard } = await two(nodes);
      await b.add('chat', 'one');
      assert.deepEqual(await a.ask(post('one')), { status: 'done', count: 1 });
      assert.deepEqual(heard, [post('one')]);
    },
  },
  {
    name: 'a connection that nobody has is nobody, and so is one of another API, and one that is gone',
    async run(nodes) {
      const { a, b, heard } = await two(nodes);
      await b.add('chat', 'one');
      assert.equal(await a.ask(post('other')), null);
      assert.equal(await a.ask(post('one', 'elsewhere')), null);
      b.remove('chat', 'one');
      await until(async () => (await a.ask(post('one'))) === null);
      assert.ok(heard.length <= 1);
    },
  },
  {
    name: 'an order to all goes to all others, and not to who gives it',
    async run(nodes) {
      const { a, b } = await two(nodes);
      const c = await nodes.join('c');
      c.serve(() => ({ status: 'done', count: 5 }));
      a.serve(() => ({ status: 'done', count: 100 }));
      const order: SocketOrder = { op: 'broadcast', api: 'chat', group: null, data: 'all', text: true };
      assert.deepEqual((await a.askAll(order)).map((reply) => reply.count).toSorted(), [1, 5]);
      assert.deepEqual((await b.askAll(order)).map((reply) => reply.count).toSorted(), [100, 5]);
    },
  },
  {
    name: 'alone there is nobody to ask, and nobody to wait for',
    async run(nodes) {
      const a = await nodes.join('a');
      assert.deepEqual(await a.askAll({ op: 'list', api: 'chat', group: null, limit: 10 }), []);
      assert.equal(await a.ask(post('one')), null);
    },
  },
  {
    name: 'a node that says goodbye takes its connections with it at once',
    async run(nodes) {
      const { a, b } = await two(nodes);
      await b.add('chat', 'one');
      await b.close();
      assert.equal(await a.ask(post('one')), null);
    },
  },
  {
    name: 'places of an address or a key are counted over all nodes, and given back by remove and goodbye',
    async run(nodes) {
      const { a, b } = await two(nodes);
      const places = (address: number, key: number) => [
        { holder: 'a 192.0.2.1', most: address },
        { holder: 'k ann', most: key },
      ];
      assert.equal(await a.add('chat', 'one', places(2, 5)), null);
      assert.equal(await b.add('chat', 'two', places(2, 5)), null);
      assert.equal(await b.add('chat', 'three', places(2, 5)), 'a 192.0.2.1');
      assert.equal(await a.ask(post('three')), null, 'who has no place is not there');
      assert.equal(await a.add('chat', 'three', places(9, 2)), 'k ann');
      assert.equal(await a.add('other', 'three', places(2, 5)), null, 'another API counts for itself');
      a.remove('chat', 'one');
      await until(async () => (await b.add('chat', 'four', places(2, 5))) === null);
      assert.equal(await a.add('chat', 'five', places(2, 5)), 'a 192.0.2.1');
      await b.close();
      assert.equal(await a.add('chat', 'five', places(1, 1)), null);
    },
  },
  {
    name: 'a node that dies takes its connections with it within the stated time',
    async run(nodes) {
      if (!nodes.mortal) return;
      const a = await nodes.join('a');
      const ids = Array.from({ length: 1200 }, (_, at) => `c${at}`);
      const { kill } = await nodes.mortal('chat', ids);
      assert.deepEqual(await a.ask(post('c1199')), { status: 'done' });
      await kill();
      const began = Date.now();
      await until(async () => (await a.ask(post('c0'))) === null);
      assert.ok(Date.now() - began <= nodes.aliveMs + 5000, 'within the stated time');
    },
  },
];

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await done()) return;
    await new Promise((next) => void setTimeout(next, 10));
  }
  assert.fail('it never came to it');
}
