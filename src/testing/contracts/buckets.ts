import assert from 'node:assert/strict';
import type { BucketStore } from '../../ports/buckets.ts';

/** What any bucket store must do. `turn` moves the store's own time. */
export interface BucketsUnderTest {
  readonly store: BucketStore;
  readonly turn: (ms: number) => void;
}

export const bucketsContract: readonly {
  readonly name: string;
  run(open: () => Promise<BucketsUnderTest>): Promise<void>;
}[] = [
  {
    name: 'begins full, gives its burst, then refuses and says when to come back',
    async run(open) {
      const { store, turn } = await open();
      const limit = { rate: 2, burst: 3 };
      const taken = [];
      for (let at = 0; at < 4; at++) taken.push(await store.take('a', limit));
      assert.deepEqual(
        taken.map((each) => each.allowed),
        [true, true, true, false],
      );
      assert.deepEqual(
        taken.map((each) => each.remaining),
        [2, 1, 0, 0],
      );
      assert.equal(Math.round(taken[3]?.retryAfterMs ?? 0), 500);
      turn(499);
      assert.equal((await store.take('a', limit)).allowed, false);
      turn(2);
      assert.equal((await store.take('a', limit)).allowed, true);
    },
  },
  {
    name: 'never holds more than its burst',
    async run(open) {
      const { store, turn } = await open();
      const limit = { rate: 100, burst: 2 };
      await store.take('a', limit);
      turn(3_600_000);
      const taken = [await store.take('a', limit), await store.take('a', limit), await store.take('a', limit)];
      assert.deepEqual(
        taken.map((each) => each.allowed),
        [true, true, false],
      );
    },
  },
  {
    name: 'keeps keys apart',
    async run(open) {
      const { store } = await open();
      const limit = { rate: 1, burst: 1 };
      assert.equal((await store.take('a', limit)).allowed, true);
      assert.equal((await store.take('a b', limit)).allowed, true);
      assert.equal((await store.take('a', limit)).allowed, false);
    },
  },
  {
    name: 'gives no more than there is when many ask at once',
    async run(open) {
      const { store } = await open();
      const taken = await Promise.all(
        Array.from({ length: 100 }, async () => store.take('many', { rate: 0.0001, burst: 7 })),
      );
      assert.equal(taken.filter((each) => each.allowed).length, 7);
    },
  },
  {
    name: 'lets nothing through where rate or burst is nothing',
    async run(open) {
      const { store } = await open();
      assert.equal((await store.take('none', { rate: 0, burst: 0 })).allowed, false);
      assert.equal((await store.take('once', { rate: 0, burst: 1 })).allowed, true);
      const second = await store.take('once', { rate: 0, burst: 1 });
      assert.deepEqual([second.allowed, second.retryAfterMs], [false, Number.POSITIVE_INFINITY]);
    },
  },
];
