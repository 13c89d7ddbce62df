import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock, systemClock } from '../../src/base/clock.ts';
import { MemoryBuckets } from '../../src/stores/memory/buckets.ts';
import { MemoryCounters } from '../../src/stores/memory/counters.ts';
import { MemoryRecords } from '../../src/stores/memory/records.ts';
import redisStore from '../../src/stores/pages/redis.ts';
import { openObjects } from '../../src/stores/objects.ts';
import { RedisBuckets } from '../../src/stores/redis/buckets.ts';
import { openRedis } from '../../src/stores/redis/client.ts';
import { RedisCounters } from '../../src/stores/redis/counters.ts';
import { RedisRecords } from '../../src/stores/redis/records.ts';
import { SqliteBuckets } from '../../src/stores/sqlite/buckets.ts';
import { SqliteCounters } from '../../src/stores/sqlite/counters.ts';
import { openDatabase } from '../../src/stores/sqlite/database.ts';
import { SqliteRecords } from '../../src/stores/sqlite/records.ts';
import { bucketsContract } from '../../src/testing/contracts/buckets.ts';
import { countersContract } from '../../src/testing/contracts/counters.ts';
import { recordsContract } from '../../src/testing/contracts/records.ts';
import { createKey } from '../../src/gateway/keyring.ts';
import { nodeDigest } from '../../src/net/digest.ts';
import { visit } from '../../src/testing/visit.ts';
import { until } from '../support/until.ts';
import { noRedis, startRedis, type RedisServer } from '../support/redis.ts';

/** Every backend of the small state, put through one contract per port; Redis is a real server. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-state-'));
let server: RedisServer | null = null;
let redis: Awaited<ReturnType<typeof openRedis>> | null = null;
let files = 0;
const closers: (() => unknown)[] = [];
const client = (): NonNullable<typeof redis> => {
  if (!redis) throw new Error(noRedis ?? 'no server');
  return redis;
};

beforeAll(async () => {
  if (noRedis !== null) return;
  server = await startRedis();
  redis = await openRedis({ url: server.url, timeoutMs: 2000 }, () => {});
});
afterAll(async () => {
  for (const close of closers) await close();
  redis?.disconnect();
  await server?.stop();
  rmSync(folder, { recursive: true });
});

const database = async () => {
  const sql = await openDatabase(join(folder, `s${files++}.db`));
  return sql;
};

const backends = {
  memory: {
    counters: async () => ({ store: new MemoryCounters(systemClock), now: systemClock.now() }),
    buckets: async () => {
      const clock = manualClock();
      return { store: new MemoryBuckets(clock), turn: (ms: number) => clock.turn(ms) };
    },
    records: async () => new MemoryRecords(),
  },
  sqlite: {
    counters: async () => {
      const store = new SqliteCounters(await database(), systemClock, (says) => expect.fail(says));
      closers.push(() => store.close());
      return { store, now: systemClock.now() };
    },
    buckets: async () => {
      const clock = manualClock(systemClock.now());
      const store = new SqliteBuckets(await database(), clock, (says) => expect.fail(says));
      closers.push(() => store.close());
      return { store, turn: (ms: number) => clock.turn(ms) };
    },
    records: async () => new SqliteRecords(await database()),
  },
  redis: {
    counters: async () => ({ store: new RedisCounters(client(), `t${files++}:`), now: systemClock.now() }),
    buckets: async () => {
      const clock = manualClock();
      return {
        store: new RedisBuckets(client(), `t${files++}:`, () => clock.now()),
        turn: (ms: number) => clock.turn(ms),
      };
    },
    records: async () => new RedisRecords(client(), `t${files++}:`),
  },
} as const;

for (const [name, open] of Object.entries(backends)) {
  const skipped = name === 'redis' && noRedis !== null;
  describe.skipIf(skipped)(`${name}${skipped ? ` (skipped: ${noRedis})` : ''}`, () => {
    for (const one of countersContract) it(`counters: ${one.name}`, () => one.run(open.counters));
    for (const one of bucketsContract) it(`buckets: ${one.name}`, () => one.run(open.buckets));
    for (const one of recordsContract) it(`records: ${one.name}`, () => one.run(open.records));
  });
}

it('a server for Redis is here, or the run says why not', () => {
  expect(noRedis === null || noRedis.includes('install')).toBe(true);
  expect(countersContract.length + bucketsContract.length + recordsContract.length).toBeGreaterThanOrEqual(15);
});

describe.skipIf(noRedis !== null)(`Redis for many nodes${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  const context = { clock: systemClock, folder: '.', warn: () => {} };
  const open = (url: string, more: object = {}) => redisStore.open(redisStore.options.parse({ url, ...more }), context);

  it('two nodes share one bucket and one quota', async () => {
    const url = (server as RedisServer).url;
    const [one, two] = await Promise.all([open(url, { prefix: 'nodes:' }), open(url, { prefix: 'nodes:' })]);
    const limit = { rate: 0.001, burst: 5 };
    const taken = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => (at % 2 === 0 ? one : two).buckets.take('k', limit)),
    );
    expect(taken.filter((each) => each.allowed)).toHaveLength(5);
    await Promise.all(
      Array.from({ length: 50 }, async (_, at) =>
        (at % 2 === 0 ? one : two).counters.add('q', 1, 'p', systemClock.now() + 60_000),
      ),
    );
    expect(await two.counters.read('q', 'p')).toBe(50);
    await Promise.all([one.close(), two.close()]);
  });

  it('a server that hangs, one that is gone, and one that is back', async () => {
    const own = await startRedis();
    const warned: string[] = [];
    const state = await redisStore.open(redisStore.options.parse({ url: own.url, timeout: '200ms' }), {
      ...context,
      warn: (says) => void warned.push(says),
    });
    expect(warned.some((says) => says.includes('appendonly yes'))).toBe(true);
    await state.counters.add('k', 1, 'p', systemClock.now() + 60_000);
    own.signal('SIGSTOP');
    await expect(state.counters.add('k', 1, 'p', systemClock.now() + 60_000)).rejects.toMatchObject({
      code: 'store.redis',
      source: 'store',
    });
    expect(await state.healthy()).toBe(false);
    own.signal('SIGCONT');
    await expect.poll(() => state.healthy(), { timeout: 5000 }).toBe(true);
    own.signal('SIGKILL');
    await expect.poll(() => state.healthy(), { timeout: 5000 }).toBe(false);
    await expect(state.buckets.take('k', { rate: 1, burst: 1 })).rejects.toMatchObject({ source: 'store' });
    await own.restart();
    await expect.poll(() => state.healthy(), { timeout: 10_000 }).toBe(true);
    expect((await state.buckets.take('k', { rate: 1, burst: 1 })).allowed).toBe(true); // scripts are sent again
    await state.close();
    await own.stop();
  });

  it('what was acknowledged outlives kill -9 where the server syncs each write', async () => {
    const own = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
    const state = await open(own.url, { timeout: '2s' });
    for (let at = 0; at < 20; at++) expect(await state.records.put('api-key', `k${at}`, { at }, 'new')).not.toBeNull();
    own.signal('SIGKILL');
    await own.restart();
    await expect.poll(() => state.healthy(), { timeout: 10_000 }).toBe(true);
    expect(await state.records.list('api-key')).toHaveLength(20);
    await state.close();
    await own.stop();
  });

  it('a node of a cluster is refused at the start, for the state and for cached bodies', async () => {
    const node = await startRedis(['--cluster-enabled', 'yes']);
    try {
      const says = /is a node of a cluster, which is not supported; name a single server/;
      await expect(openRedis({ url: node.url, timeoutMs: 2000 }, () => {})).rejects.toThrow(says);
      const context = { clock: systemClock, folder, warn() {} };
      await expect(openObjects({ use: 'redis', bytes: 1000, url: node.url, prefix: 't:' }, context)).rejects.toThrow(
        says,
      );
    } finally {
      await node.stop();
    }
  });

  it('nobody there at the start is a fault of the store, without the password in its words', async () => {
    await expect(open('redis://user:hunter2@127.0.0.1:1')).rejects.toThrow(/cannot reach 127\.0\.0\.1:1/);
    await expect(open('redis://user:hunter2@127.0.0.1:1')).rejects.not.toThrow(/hunter2/);
  });
});

describe('two processes with one SQLite file', () => {
  it('what both count is added up, and what one sets the other goes on from', async () => {
    const path = join(folder, 'shared.db');
    const [one, other] = (await Promise.all(
      [0, 1].map(async () => new SqliteCounters(await openDatabase(path), systemClock, (says) => expect.fail(says))),
    )) as [SqliteCounters, SqliteCounters];
    const later = systemClock.now() + 60_000;
    for (let at = 0; at < 5; at++) {
      one.add('quota', 1, 'p', later);
      other.add('quota', 1, 'p', later);
    }
    await until('both have written', () => Promise.resolve(one.read('quota', 'p') === 10));
    expect([one.read('quota', 'p'), other.read('quota', 'p')]).toEqual([10, 10]);
    // `usage set` of another process, while this one holds the counter in memory.
    other.reset('quota', 'p', 3);
    one.add('quota', 1, 'p', later);
    await until('the next batch', () => Promise.resolve(other.read('quota', 'p') === 4));
    expect(one.add('quota', 1, 'p', later)).toBe(5);
    await Promise.all([one.close(), other.close()]);
  });
});

describe('an SQLite file that breaks while the edge runs', () => {
  const limit = { rate: 0.001, burst: 2 };
  const document = {
    origins: { shop: { url: 'http://shop.test' } },
    routes: { 'GET /': { to: 'shop', throttle: limit }, 'GET /keyed': { to: 'shop', key: 'required' } },
  };
  const broken = async (how: (sql: Awaited<ReturnType<typeof openDatabase>>) => void, keys: object = {}) => {
    const clock = manualClock(systemClock.now());
    const [sql, counting] = await Promise.all([database(), database()]);
    const said: string[] = [];
    const state = {
      buckets: new SqliteBuckets(counting, clock, (says) => void said.push(says)),
      counters: new SqliteCounters(counting, clock, (says) => void said.push(says)),
      records: new SqliteRecords(sql),
      healthy: async () => false,
      close: async () => {},
    };
    const made = await visit({ document: { ...document, keys }, ports: { state, clock } });
    closers.push(() => made.close());
    const { key } = await createKey(state.records, nodeDigest, { name: 'a', now: 0, tenant: null, expiresAt: null });
    how(sql);
    how(counting);
    const keyed = await made.send({ target: '/keyed', headers: { 'x-api-key': key } });
    const statuses = [];
    for (let at = 0; at < 3; at++) statuses.push((await made.send({})).status);
    await state.buckets.close();
    return { keyed, statuses, said };
  };

  it('closed: keys close the door, buckets go on in memory and say so', async () => {
    const { keyed, statuses, said } = await broken((sql) => sql.close());
    expect([keyed.status, keyed.record.code]).toEqual([503, 'gateway.key.unavailable']);
    expect(statuses).toEqual([200, 200, 429]);
    expect(said).toEqual([expect.stringContaining('counts are kept in memory alone')]);
  });

  it('closed, where the document says that keys may open: goes on', async () => {
    const { keyed } = await broken((sql) => sql.close(), { onFault: 'open' });
    expect(keyed.status).toBe(200);
  });

  it('read only: keys are still read, buckets go on in memory and say so', async () => {
    const { keyed, statuses, said } = await broken((sql) => void sql.run('PRAGMA query_only = 1'));
    expect(keyed.status).toBe(200);
    expect(statuses).toEqual([200, 200, 429]);
    expect(said).toEqual([expect.stringMatching(/kept in memory alone.*readonly/)]);
  });
});
