import assert from 'node:assert/strict';
import type { ManualClock } from '../../base/clock.ts';
import { concat } from '../../base/bytes.ts';
import type { ObjectMeta, ObjectStore, StoredObject } from '../../ports/objects.ts';

/** A store to be put through the contract; `reopen` gives the same objects after a restart, or null where none survive. */
export interface ObjectsUnderTest {
  readonly store: ObjectStore;
  readonly clock: ManualClock;
  reopen?(): Promise<ObjectStore>;
}

export interface ContractCase {
  readonly name: string;
  run(open: () => Promise<ObjectsUnderTest>): Promise<void>;
}

const bytes = (size: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed * 17) & 255);

const meta = (clock: ManualClock, key: string, more: Partial<ObjectMeta> = {}): ObjectMeta => ({
  key,
  variant: '',
  url: key.split('\n', 1)[0] as string,
  tags: [],
  keepUntil: clock.now() + 3_600_000,
  head: { flat: ['A', key] },
  ...more,
});

async function put(store: ObjectStore, about: ObjectMeta, body: Uint8Array, pieces = 3): Promise<boolean> {
  const writer = store.write(about, body.length);
  assert.ok(writer, 'the store takes it');
  const step = Math.max(1, Math.ceil(body.length / pieces));
  for (let at = 0; at < body.length; at += step) await writer.write(body.subarray(at, at + step));
  return writer.commit(() => true);
}

async function content(
  store: ObjectStore,
  object: StoredObject,
  from = 0,
  to = object.size,
): Promise<Uint8Array | null> {
  const body = await store.read(object, from, to);
  if (!body) return null;
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    body.start({ data: (chunk) => void chunks.push(Uint8Array.from(chunk)), end: resolve, fail: reject });
  });
  return chunks.length === 0 ? new Uint8Array(0) : concat(chunks);
}

const only = async (store: ObjectStore, key: string): Promise<StoredObject> => {
  const found = await store.find(key);
  assert.equal(found.length, 1, `one object under ${key}`);
  return found[0] as StoredObject;
};

/** What any object store must do. */
export const objectsContract: readonly ContractCase[] = [
  {
    name: 'gives back what it was given, byte for byte, for sizes around every boundary',
    async run(open) {
      const { store, clock } = await open();
      for (const size of [0, 1, 1000, 65_535, 65_536, 65_537, 262_144, 262_145, 700_001]) {
        assert.equal(await put(store, meta(clock, `http://a/${size}`), bytes(size)), true);
        const object = await only(store, `http://a/${size}`);
        assert.equal(object.size, size);
        assert.deepEqual(object.meta.head, { flat: ['A', `http://a/${size}`] });
        assert.deepEqual(await content(store, object), bytes(size));
      }
      assert.equal((await store.stats()).objects, 9);
    },
  },
  {
    name: 'gives back any part of it',
    async run(open) {
      const { store, clock } = await open();
      const whole = bytes(600_000);
      await put(store, meta(clock, 'http://a/p'), whole);
      const object = await only(store, 'http://a/p');
      for (const [from, to] of [
        [0, 1],
        [5, 5],
        [262_140, 262_150],
        [599_999, 600_000],
        [100, 530_000],
        [262_144, 524_288],
      ] as const) {
        assert.deepEqual(await content(store, object, from, to), whole.slice(from, to), `${from} to ${to}`);
      }
    },
  },
  {
    name: 'shows nothing before commit and nothing after abandon',
    async run(open) {
      const { store, clock } = await open();
      const writer = store.write(meta(clock, 'http://a/x'), null);
      assert.ok(writer);
      await writer.write(bytes(100_000));
      assert.equal((await store.find('http://a/x')).length, 0);
      writer.abandon();
      assert.equal((await store.find('http://a/x')).length, 0);
      assert.equal(await writer.commit(() => true), false);
      assert.equal((await store.find('http://a/x')).length, 0);
    },
  },
  {
    name: 'keeps nothing that is not wanted any more at the last moment',
    async run(open) {
      const { store, clock } = await open();
      const writer = store.write(meta(clock, 'http://a/late'), 5);
      await writer?.write(bytes(5));
      let wanted = true;
      const commit = writer?.commit(() => wanted);
      wanted = commit instanceof Promise ? false : wanted;
      const kept = await commit;
      assert.equal((await store.find('http://a/late')).length, kept ? 1 : 0);
      const never = store.write(meta(clock, 'http://a/never'), 5);
      await never?.write(bytes(5));
      assert.equal(await never?.commit(() => false), false);
      assert.equal((await store.find('http://a/never')).length, 0);
    },
  },
  {
    name: 'keeps variants of one key apart and replaces a variant written again',
    async run(open) {
      const { store, clock } = await open();
      await put(store, meta(clock, 'http://a/v', { variant: 'one' }), bytes(10, 1));
      await put(store, meta(clock, 'http://a/v', { variant: 'two' }), bytes(20, 2));
      const before = (await store.find('http://a/v')).find((object) => object.meta.variant === 'one') as StoredObject;
      await put(store, meta(clock, 'http://a/v', { variant: 'one' }), bytes(30, 3));
      const found = await store.find('http://a/v');
      assert.deepEqual(found.map((object) => [object.meta.variant, object.size]).sort(), [
        ['one', 30],
        ['two', 20],
      ]);
      const old = await content(store, before).catch(() => null);
      if (old) assert.deepEqual(old, bytes(10, 1), 'the replaced body, or none, but never the new one');
    },
  },
  {
    name: 'amends the head of what is there and of nothing else',
    async run(open) {
      const { store, clock } = await open();
      await put(store, meta(clock, 'http://a/h'), bytes(500));
      const first = await only(store, 'http://a/h');
      const next = { ...first.meta, head: { flat: ['B', 'x'.repeat(5000)] }, keepUntil: clock.now() + 7_200_000 };
      assert.ok(await store.amend(first, next));
      const second = await only(store, 'http://a/h');
      assert.deepEqual(second.meta.head, next.head);
      assert.deepEqual(await content(store, second), bytes(500));
      await put(store, meta(clock, 'http://a/h'), bytes(7));
      assert.equal(await store.amend(second, next), null, 'it was replaced meanwhile');
      assert.deepEqual((await only(store, 'http://a/h')).meta.head, { flat: ['A', 'http://a/h'] });
      const last = await only(store, 'http://a/h');
      assert.equal(await store.remove(last), true);
      assert.equal(await store.remove(last), false);
      assert.equal(await store.amend(last, next), null);
      assert.equal((await store.find('http://a/h')).length, 0);
    },
  },
  {
    name: 'purges by URL, by prefix, by tag and all of it',
    async run(open) {
      const { store, clock } = await open();
      const urls = ['http://a/1', 'http://a/1?q=1', 'http://a/10', 'http://a/2/x', 'http://b/1'];
      for (const url of urls)
        await put(
          store,
          meta(clock, `${url}\nh:k:v`, { url, tags: url.includes('/1') ? ['ones', 'all'] : ['all'] }),
          bytes(5),
        );
      await put(store, meta(clock, 'http://a/1'), bytes(6));
      assert.equal(await store.purge({ by: 'url', url: 'http://a/1' }), 2, 'every key of the URL');
      assert.equal(await store.purge({ by: 'url', url: 'http://a/1' }), 0);
      assert.equal(await store.purge({ by: 'prefix', prefix: 'http://a/1' }), 2, 'with query and longer paths');
      assert.equal((await store.find('http://a/2/x\nh:k:v')).length, 1);
      assert.equal(await store.purge({ by: 'tag', tag: 'ones' }), 1);
      assert.equal((await store.find('http://b/1\nh:k:v')).length, 0);
      assert.equal(await store.purge({ by: 'tag', tag: 'none' }), 0);
      await put(store, meta(clock, 'http://c/é"\\'), bytes(3));
      assert.equal(await store.purge({ by: 'prefix', prefix: 'http://c/é"' }), 1, 'characters that need care');
      for (const url of ['http://d/z', 'https://e/z', 'http://d/z?q', '/z', 'http://d/zz'])
        await put(store, meta(clock, url), bytes(2));
      assert.equal(await store.purge({ by: 'path', path: '/z', whole: true }), 3, 'a path on every host');
      assert.equal(await store.purge({ by: 'path', path: '/z', whole: false }), 2);
      assert.equal(await store.purge({ by: 'all' }), 1);
      assert.equal((await store.stats()).objects, 0);
    },
  },
  {
    name: 'does not find what has expired',
    async run(open) {
      const { store, clock } = await open();
      await put(store, meta(clock, 'http://a/e', { keepUntil: clock.now() + 1000, variant: 'short' }), bytes(5));
      await put(store, meta(clock, 'http://a/e', { variant: 'long' }), bytes(6));
      clock.turn(1001);
      assert.deepEqual(
        (await store.find('http://a/e')).map((object) => object.meta.variant),
        ['long'],
      );
    },
  },
  {
    name: 'holds the sender when asked to and loses nothing',
    async run(open) {
      const { store, clock } = await open();
      await put(store, meta(clock, 'http://a/flow'), bytes(1_000_000), 7);
      const body = await store.read(await only(store, 'http://a/flow'), 0, 1_000_000);
      assert.ok(body);
      const chunks: Uint8Array[] = [];
      await new Promise<void>((resolve, reject) => {
        let flow: { pause(): void; resume(): void } | undefined;
        flow = body.start({
          data(chunk) {
            chunks.push(Uint8Array.from(chunk));
            flow?.pause();
            setImmediate(() => flow?.resume());
          },
          end: resolve,
          fail: reject,
        });
      });
      assert.deepEqual(concat(chunks), bytes(1_000_000));
    },
  },
  {
    name: 'survives a restart whole, where it survives one at all',
    async run(open) {
      const { store, clock, reopen } = await open();
      if (!reopen) return;
      await put(store, meta(clock, 'http://a/s', { tags: ['t'] }), bytes(70_000));
      await put(store, meta(clock, 'http://a/s2'), bytes(10));
      const object = await only(store, 'http://a/s2');
      await store.amend(object, { ...object.meta, head: { flat: ['amended', 'yes'] } });
      const half = store.write(meta(clock, 'http://a/half'), null);
      await half?.write(bytes(1000));
      await store.close();
      const again = await reopen();
      assert.deepEqual(await content(again, await only(again, 'http://a/s')), bytes(70_000));
      assert.deepEqual((await only(again, 'http://a/s2')).meta.head, { flat: ['amended', 'yes'] });
      assert.equal((await again.find('http://a/half')).length, 0);
      assert.equal(await again.purge({ by: 'tag', tag: 't' }), 1);
      await again.close();
    },
  },
];
