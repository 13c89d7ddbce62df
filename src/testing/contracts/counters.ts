import assert from 'node:assert/strict';
import type { CounterStore } from '../../ports/counters.ts';

/** What any counter store must do. `now` is the store's own time in ms since 1970. */
export interface CountersUnderTest {
  readonly store: CounterStore;
  readonly now: number;
}

export const countersContract: readonly {
  readonly name: string;
  run(open: () => Promise<CountersUnderTest>): Promise<void>;
}[] = [
  {
    name: 'begins at nothing and returns the new sum',
    async run(open) {
      const { store, now } = await open();
      assert.equal(await store.read('k', 'p'), 0);
      assert.equal(await store.add('k', 1, 'p', now + 60_000), 1);
      assert.equal(await store.add('k', 2, 'p', now + 60_000), 3);
      assert.equal(await store.add('k', -1, 'p', now + 60_000), 2);
      assert.equal(await store.read('k', 'p'), 2);
    },
  },
  {
    name: 'keeps periods and keys apart, whatever is in their names',
    async run(open) {
      const { store, now } = await open();
      await store.add('a b', 1, 'c', now + 60_000);
      await store.add('a', 10, 'b', now + 60_000);
      await store.add('a', 100, 'week 2026-11-16', now + 60_000);
      assert.equal(await store.read('a b', 'c'), 1);
      assert.equal(await store.read('a', 'b'), 10);
      assert.equal(await store.read('a', 'week 2026-11-16'), 100);
      assert.equal(await store.read('a', 'c'), 0);
    },
  },
  {
    name: 'counts parts of one',
    async run(open) {
      const { store, now } = await open();
      for (let at = 0; at < 10; at++) await store.add('money', 0.000_01, 'p', now + 60_000);
      assert.ok(Math.abs((await store.read('money', 'p')) - 0.0001) < 1e-9);
    },
  },
  {
    name: 'loses nothing when many add at once',
    async run(open) {
      const { store, now } = await open();
      const sums = await Promise.all(Array.from({ length: 200 }, async () => store.add('many', 1, 'p', now + 60_000)));
      assert.equal(await store.read('many', 'p'), 200);
      assert.deepEqual(
        [...sums].sort((a, b) => a - b),
        Array.from({ length: 200 }, (_, at) => at + 1),
      );
    },
  },
  {
    name: 'sets a counter that is there, and leaves alone what is not',
    async run(open) {
      const { store, now } = await open();
      await store.add('k', 5, 'p', now + 60_000);
      await store.reset('k', 'p', 2);
      assert.equal(await store.read('k', 'p'), 2);
      assert.equal(await store.add('k', 1, 'p', now + 60_000), 3);
      await store.reset('none', 'p', 7);
      assert.equal(await store.read('none', 'p'), 0);
    },
  },
];
