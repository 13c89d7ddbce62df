import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { manualClock } from '../../../src/base/clock.ts';
import { CacheRoom } from '../../../src/cache/room.ts';
import { Departure } from '../../../src/flow/departure.ts';
import type { Viewer } from '../../../src/flow/exchange.ts';
import { Body, type BodySink } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { createKey } from '../../../src/gateway/keyring.ts';
import { nodeDigest } from '../../../src/net/digest.ts';
import { sallyport } from '../../../src/pipeline/app.ts';
import type { Inbound, Outbound } from '../../../src/ports/dialer.ts';
import type { ObjectStore } from '../../../src/ports/objects.ts';
import { DiskObjects } from '../../../src/stores/disk/objects.ts';
import { MemoryObjects } from '../../../src/stores/memory/objects.ts';
import memory from '../../../src/stores/pages/memory.ts';
import { RedisObjects } from '../../../src/stores/redis/objects.ts';
import { noRedis, startRedis } from '../../support/redis.ts';

/**
 * Many clients, keys, expiries, purges and origin faults at once, and a model of what each client may see. An origin's
 * answer carries its own identity in every byte: path, who it was made for, which version, how long. So a mixed body,
 * another's answer, a cut one, or one from before a purge cannot pass for right.
 */

/** Numbers by chance that the same seed gives again. */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const kinds = [
  'shared',
  'private',
  'identity',
  'vary',
  'cookie',
  'short',
  'validated',
  'lying',
  'cut',
  'tagged',
] as const;
const users = ['', 'ann', 'bob', 'eve'];
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A body that names itself all the way through: `<who>` repeated to a length that depends on the version. */
const textOf = (name: string, version: number): string => {
  const unit = `<${name} v${version}>`;
  return unit.repeat(1 + ((version * 37) % 700));
};

interface Seen {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string | null;
}

async function play(
  seed: number,
  operations: number,
  store: ObjectStore,
  clock: ReturnType<typeof manualClock>,
): Promise<{ readonly checked: number; readonly hits: number; readonly broken: number }> {
  const random = chance(seed);
  const versions = new Map<string, number>();
  /** Lowest version that a request which begins now may be given, by path: what a completed purge or write has left behind. */
  const floors = new Map<string, number>();
  let faulty = false;
  const versionOf = (path: string): number => versions.get(path) ?? 1;

  const origin = async (asked: Outbound): Promise<Inbound> => {
    const path = asked.target.split('?')[0] as string;
    const [, kind = ''] = path.split('/');
    const version = versionOf(path);
    const user = asked.headers.get('x-user') ?? '';
    for (let wait = random(4); wait > 0; wait--) await pause();
    if (asked.method === 'POST') {
      versions.set(path, versionOf(path) + 1);
      return { status: 204, headers: HeaderList.empty, body: null, address: 'script' };
    }
    if (faulty && random(3) === 0) {
      if (random(2) === 0) throw new Fault('integration.origin.broken', 'origin', 'the line broke', { status: 502 });
      return {
        status: 503,
        headers: HeaderList.of({ 'Content-Length': '4' }),
        body: Body.of('down'),
        address: 'script',
      };
    }
    const name =
      kind === 'private' || kind === 'identity' || kind === 'cookie'
        ? `${path} for ${user}`
        : kind === 'vary'
          ? `${path} in ${asked.headers.get('x-flavour') ?? ''}`
          : path;
    const text = textOf(name, version);
    const control: Record<string, string> = {
      shared: 'max-age=20',
      private: 'private, max-age=20',
      identity: 'max-age=20',
      vary: 'max-age=20',
      cookie: 'max-age=20',
      short: 'max-age=1, stale-while-revalidate=3, stale-if-error=5',
      validated: 'max-age=2',
      lying: 'max-age=20',
      cut: 'max-age=20',
      tagged: 'max-age=20',
    };
    const headers: [string, string][] = [['Cache-Control', control[kind] as string]];
    if (kind === 'vary') headers.push(['Vary', 'X-Flavour']);
    if (kind === 'cookie') headers.push(['Set-Cookie', `u=${user}`]);
    if (kind === 'tagged') headers.push(['Cache-Tag', `t${path.length}`]);
    if (kind === 'validated') {
      headers.push(['ETag', `"${version}"`]);
      if (asked.headers.get('if-none-match') === `"${version}"`)
        return { status: 304, headers: HeaderList.of(headers), body: null, address: 'script' };
    }
    const bytes = new TextEncoder().encode(text);
    const declared =
      kind === 'lying' && random(2) === 0 ? bytes.length + 1 + random(5) : random(2) === 0 ? bytes.length : null;
    headers.push(declared === null ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(declared)]);
    const cutAt = kind === 'cut' && random(2) === 0 ? random(bytes.length) : null;
    return { status: 200, headers: HeaderList.of(headers), body: dribble(bytes, declared, cutAt), address: 'script' };
  };

  /** Hands the bytes out in pieces, with breaks in between. */
  function dribble(bytes: Uint8Array, declared: number | null, cutAt: number | null): Body {
    const end = cutAt ?? bytes.length;
    return Body.from((sink: BodySink) => {
      let at = 0;
      let held = false;
      let over = false;
      let running = false;
      const go = async (): Promise<void> => {
        if (running) return;
        running = true;
        while (!over && !held) {
          if (at >= end) {
            over = true;
            if (cutAt === null) sink.end();
            else sink.fail(new Fault('integration.origin.broken', 'origin', 'cut'));
            break;
          }
          const next = Math.min(end, at + 1 + random(3000));
          const piece = bytes.slice(at, next);
          at = next;
          sink.data(piece);
          if (random(2) === 0) await pause();
        }
        running = false;
      };
      void go();
      return {
        pause: () => void (held = true),
        resume: () => {
          held = false;
          void go();
        },
        cancel: () => void (over = true),
      };
    }, declared);
  }

  const state = await memory.open({}, { clock, folder: '.', warn() {} });
  // What lies behind a key is each caller's own: the line marks it, and the cache must not share it.
  const { key: apiKey } = await createKey(state.records, nodeDigest, {
    name: 'all',
    now: clock.now(),
    tenant: null,
    expiresAt: null,
  });
  const app = await sallyport({
    document: {
      origins: { o: { url: 'http://o.test', retries: 0 } },
      routes: { 'ANY /{proxy+}': { to: 'o' }, 'GET /identity/{proxy+}': { to: 'o', key: 'required' } },
      edge: {
        behaviours: [
          {
            path: '*',
            cache: { tagHeader: 'Cache-Tag', credentials: ['header:x-user'], key: { headers: ['X-Keyed'] } },
          },
        ],
      },
    },
    ports: {
      clock,
      log() {},
      sinks: [],
      state,
      objects: store,
      openDialer: () => ({ dial: origin, close: async () => {} }),
    },
  });
  const room = new CacheRoom({ store, clock, bus: null, log() {} });
  const viewer: Viewer = {
    address: '127.0.0.1',
    peer: '127.0.0.1',
    port: 1,
    secure: false,
    localAddress: '127.0.0.1',
    localPort: 1,
  };

  let checked = 0;
  let hits = 0;
  let broken = 0;

  const send = async (method: string, path: string, headers: [string, string][], leaves: boolean): Promise<Seen> => {
    const departure = new Departure();
    const response = await app.handle(
      {
        method,
        target: path,
        version: '1.1',
        headers: HeaderList.of([['Host', 'h'], ...headers]),
        body: method === 'POST' ? Body.of('x') : null,
      },
      viewer,
      departure,
    );
    if (leaves) {
      response.body?.cancel();
      departure.leave();
      return { status: response.status, headers: response.headers, body: null };
    }
    const body = response.body === null ? '' : await response.body.text().catch(() => null);
    return { status: response.status, headers: response.headers, body };
  };

  const check = (
    path: string,
    user: string,
    flavour: string,
    range: string | null,
    floor: number,
    ceiling: number,
    seen: Seen,
  ): void => {
    checked++;
    if (seen.body === null) return void broken++;
    if (seen.headers.get('cache-status')?.includes('hit')) hits++;
    if (seen.status >= 500) return;
    const [, kind = ''] = path.split('/');
    const length = seen.headers.get('content-length');
    // What only passes through, because a purge came, is as long as the origin's connection says: the dialer's business.
    const passed = seen.headers.get('cache-status')?.includes('detail=purged');
    if (length !== undefined && seen.status !== 304 && !passed)
      expect(seen.body.length, `${path}: the length that was promised`).toBe(Number(length));
    const name =
      kind === 'private' || kind === 'identity' || kind === 'cookie'
        ? `${path} for ${user}`
        : kind === 'vary'
          ? `${path} in ${flavour}`
          : path;
    const fits: number[] = [];
    for (let version = 1; version <= ceiling; version++) {
      const whole = textOf(name, version);
      if (seen.status === 206) {
        const span = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(seen.headers.get('content-range') ?? '');
        if (span && Number(span[3]) === whole.length && whole.slice(Number(span[1]), Number(span[2]) + 1) === seen.body)
          fits.push(version);
      } else if (whole === seen.body) fits.push(version);
    }
    expect(
      fits.length,
      `${path} for "${user}" in "${flavour}" range ${range}: ${seen.status} ${seen.body.slice(0, 60)}… (${seen.body.length}) is none of ${ceiling} versions`,
    ).toBeGreaterThan(0);
    expect(Math.max(...fits), `${path}: not older than what a purge left behind`).toBeGreaterThanOrEqual(floor);
  };

  const running = new Set<Promise<void>>();
  const wrong: unknown[] = [];
  for (let at = 0; at < operations; at++) {
    const kind = kinds[random(kinds.length)] as string;
    const path = `/${kind}/${random(4)}`;
    const what = random(100);
    const work = async (): Promise<void> => {
      if (what < 4) {
        const before = versionOf(path) + 1;
        await send('POST', path, [], false);
        floors.set(path, Math.max(floors.get(path) ?? 1, before));
      } else if (what < 6) {
        const current = versionOf(path);
        versions.set(path, current + 1);
        await room.purge({ by: 'url', url: `http://h${path}` });
        await app.purge(random(2) === 0 ? [path] : ['/*']);
        floors.set(path, Math.max(floors.get(path) ?? 1, current + 1));
      } else if (what < 7) {
        versions.set(path, versionOf(path) + 1);
      } else if (what < 9) {
        clock.turn(random(4000));
      } else if (what < 10) {
        faulty = !faulty;
      } else {
        const user = users[random(users.length)] as string;
        const flavour = `f${random(3)}`;
        const headers: [string, string][] = [
          ['X-User', user],
          ['X-Flavour', flavour],
        ];
        if (kind === 'identity') headers.push(['X-API-Key', apiKey]);
        const range = kind === 'shared' && random(4) === 0 ? `bytes=${random(20)}-${20 + random(40)}` : null;
        if (range) headers.push(['Range', range]);
        if (kind === 'validated' && random(4) === 0) headers.push(['Cache-Control', 'no-cache']);
        const floor = floors.get(path) ?? 1;
        const seen = await send('GET', path, headers, random(25) === 0);
        check(path, user, flavour, range, floor, versionOf(path), seen);
      }
    };
    const job = work().then(
      () => void running.delete(job),
      (thrown: unknown) => {
        running.delete(job);
        wrong.push(thrown);
      },
    );
    running.add(job);
    if (wrong.length > 0) break;
    if (running.size > 40) await Promise.race(running);
    if (random(6) === 0) await pause();
  }
  await Promise.all(running);
  await app.settle();
  await app.close();
  if (wrong.length > 0) throw wrong[0];
  return { checked, hits, broken };
}

const ROUNDS = Number(process.env['SALLYPORT_MODEL_ROUNDS'] ?? 6);
const OPERATIONS = 3000;

describe('many at once, against a model', () => {
  it(`memory: ${ROUNDS} rounds of ${OPERATIONS} operations`, async () => {
    const sum = { checked: 0, hits: 0, broken: 0 };
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const clock = manualClock();
      const result = await play(
        seed,
        OPERATIONS,
        new MemoryObjects({ clock, bytes: seed % 2 ? 64e6 : 200_000 }),
        clock,
      );
      for (const name of ['checked', 'hits', 'broken'] as const) sum[name] += result[name];
    }
    console.log(
      `memory: ${ROUNDS * OPERATIONS} operations, ${sum.checked} answers checked, ${sum.hits} hits, ${sum.broken} broken off`,
    );
    expect(sum.checked).toBeGreaterThan(ROUNDS * OPERATIONS * 0.8);
    expect(sum.hits).toBeGreaterThan(sum.checked / 20);
  });

  it.skipIf(noRedis !== null)(`redis: 2 rounds (skipped only where there is none: ${noRedis})`, async () => {
    const server = await startRedis();
    const sum = { checked: 0, hits: 0 };
    try {
      for (const seed of [201, 202]) {
        const clock = manualClock(Date.now());
        const redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
        const result = await play(seed, OPERATIONS, new RedisObjects({ redis, clock, prefix: `m${seed}:` }), clock);
        sum.checked += result.checked;
        sum.hits += result.hits;
      }
    } finally {
      await server.stop();
    }
    console.log(`redis: ${2 * OPERATIONS} operations, ${sum.checked} answers checked, ${sum.hits} hits`);
    expect(sum.hits).toBeGreaterThan(sum.checked / 20);
  });

  it('disk: 2 rounds', async () => {
    const sum = { checked: 0, hits: 0 };
    for (const seed of [101, 102]) {
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-model-'));
      const clock = manualClock();
      const result = await play(
        seed,
        OPERATIONS,
        await DiskObjects.open({ clock, folder, bytes: 64e6, warn: (says) => expect.fail(says) }),
        clock,
      );
      sum.checked += result.checked;
      sum.hits += result.hits;
      rmSync(folder, { recursive: true, force: true });
    }
    console.log(`disk: ${2 * OPERATIONS} operations, ${sum.checked} answers checked, ${sum.hits} hits`);
    expect(sum.hits).toBeGreaterThan(0);
  });
});
