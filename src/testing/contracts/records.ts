import assert from 'node:assert/strict';
import type { RecordStore } from '../../ports/records.ts';

/** What any record store must do. */
export const recordsContract: readonly {
  readonly name: string;
  run(open: () => Promise<RecordStore>): Promise<void>;
}[] = [
  {
    name: 'gives back what was put, with a version that changes at each write',
    async run(open) {
      const store = await open();
      assert.equal(await store.get('key', 'a'), null);
      const one = await store.put('key', 'a', { n: 1, text: 'ä\n"' }, 'any');
      const two = await store.put('key', 'a', { n: 2 }, 'any');
      assert.ok(one && two);
      assert.notEqual(one.version, two.version);
      assert.deepEqual(await store.get('key', 'a'), { id: 'a', value: { n: 2 }, version: two.version });
    },
  },
  {
    name: 'puts only over what it was told to',
    async run(open) {
      const store = await open();
      const first = await store.put('key', 'a', 1, 'new');
      assert.ok(first);
      assert.equal(await store.put('key', 'a', 2, 'new'), null);
      const second = await store.put('key', 'a', 2, { version: first.version });
      assert.ok(second);
      assert.equal(await store.put('key', 'a', 3, { version: first.version }), null);
      assert.equal(await store.put('key', 'none', 3, { version: '1' }), null);
      assert.equal((await store.get('key', 'a'))?.value, 2);
    },
  },
  {
    name: 'removes, and says whether there was something',
    async run(open) {
      const store = await open();
      await store.put('key', 'a', 1, 'any');
      assert.equal(await store.remove('key', 'a'), true);
      assert.equal(await store.remove('key', 'a'), false);
      assert.equal(await store.get('key', 'a'), null);
      assert.deepEqual(await store.list('key'), []);
      assert.ok(await store.put('key', 'a', 2, 'new'));
    },
  },
  {
    name: 'lists in order of id, by pages, each kind on its own',
    async run(open) {
      const store = await open();
      for (const id of ['b', 'a', 'c', 'a b', 'B']) await store.put('key', id, id, 'any');
      await store.put('other', 'x', 'x', 'any');
      const ids = (found: readonly { readonly id: string }[]): string[] => found.map((each) => each.id);
      assert.deepEqual(ids(await store.list('key')), ['B', 'a', 'a b', 'b', 'c']);
      assert.deepEqual(ids(await store.list('key', { limit: 2 })), ['B', 'a']);
      assert.deepEqual(ids(await store.list('key', { after: 'a', limit: 2 })), ['a b', 'b']);
      assert.deepEqual(ids(await store.list('none')), []);
    },
  },
  {
    name: 'lets one of many win',
    async run(open) {
      const store = await open();
      const won = await Promise.all(Array.from({ length: 20 }, async (_, at) => store.put('key', 'race', at, 'new')));
      assert.equal(won.filter((each) => each !== null).length, 1);
    },
  },
];
