import { describe, expect, it } from 'vitest';

import type { SocketFacts } from '../events/websocket.ts';
import type { BucketStore, Taken } from '../ports/buckets.ts';
import { Meter } from './meter.ts';
import { Registry } from './registry.ts';
import { reasons } from './reasons.ts';
import { Session } from './session.ts';

const facts = (id: string, sourceIp: string): SocketFacts => ({
  connectionId: id,
  connectedAt: 0,
  apiId: 'a',
  stage: 's',
  domainName: 'd',
  sourceIp,
  userAgent: undefined,
  authorizer: null,
  stageVariables: null,
});
const session = (id: string, address = '10.0.0.1', key: string | null = null): Session =>
  new Session(facts(id, address), key);
const limit = { rate: 2, burst: 3 };
const none = { perConnection: null, perAddress: null, perKey: null };

function store(take: (key: string) => Taken | Promise<Taken>): BucketStore & { keys: string[] } {
  const keys: string[] = [];
  return {
    keys,
    take(key) {
      keys.push(key);
      return take(key);
    },
    close: async () => {},
  };
}
const yes: Taken = { allowed: true, remaining: 1, retryAfterMs: 0 };
const no: Taken = { allowed: false, remaining: 0, retryAfterMs: 5 };

describe('message rates', () => {
  it("fills a connection's own bucket with time and never past its burst", () => {
    const meter = new Meter(
      { ...none, perConnection: limit },
      store(() => yes),
      'a',
      'closed',
    );
    const one = session('1');
    const at = (now: number): unknown => meter.take(one, now);
    expect([at(0), at(0), at(0), at(0)]).toEqual([null, null, null, 'connection']);
    expect([at(499), at(500), at(500)]).toEqual(['connection', null, 'connection']);
    expect([at(60_000), at(60_000), at(60_000), at(60_000)]).toEqual([null, null, null, 'connection']);
  });

  it('asks the shared buckets of address and key, at once or later', async () => {
    for (const wrap of [(taken: Taken) => taken, (taken: Taken) => Promise.resolve(taken)]) {
      const buckets = store((key) => wrap(key.includes(':key:bad') ? no : yes));
      const meter = new Meter({ ...none, perAddress: limit, perKey: limit }, buckets, 'api1', 'closed');
      expect(await meter.take(session('1', '10.0.0.1', 'good'), 0)).toBe(null);
      expect(await meter.take(session('2', '10.0.0.2', 'bad'), 0)).toBe('key');
      expect(await meter.take(session('3', '10.0.0.3', null), 0)).toBe(null);
      expect(buckets.keys).toEqual([
        'socket:api1:address:10.0.0.1',
        'socket:api1:key:good',
        'socket:api1:address:10.0.0.2',
        'socket:api1:key:bad',
        'socket:api1:address:10.0.0.3',
      ]);
    }
  });

  it('does what the document says when the store is down', async () => {
    const throws = (): Taken => {
      throw new Error('down');
    };
    for (const down of [throws, () => Promise.reject(new Error('down'))]) {
      const rates = { ...none, perAddress: limit };
      expect(await new Meter(rates, store(down), 'a', 'closed').take(session('1'), 0)).toBe('address');
      expect(await new Meter(rates, store(down), 'a', 'open').take(session('1'), 0)).toBe(null);
    }
  });
});

describe('connection budgets', () => {
  it('counts per address and key, and gives places back once', () => {
    const registry = new Registry();
    const budgets = { total: 4, perAddress: 2, perKey: 2 };
    const first = session('1', 'a', 'k');
    expect(registry.add(first, budgets)).toBe(null);
    expect(registry.add(session('2', 'a', null), budgets)).toBe(null);
    expect(registry.add(session('3', 'a', null), budgets)).toBe(reasons['too-many-per-address']);
    expect(registry.add(session('4', 'b', 'k'), budgets)).toBe(null);
    expect(registry.add(session('5', 'c', 'k'), budgets)).toBe(reasons['too-many-per-key']);
    expect(registry.add(session('6', 'c', null), budgets)).toBe(null);
    expect(registry.add(session('7', 'd', null), budgets)).toBe(reasons['too-many-connections']);
    registry.remove(first);
    registry.remove(first);
    expect(registry.size).toBe(3);
    expect(registry.add(session('8', 'a', 'k'), budgets)).toBe(null);
    expect(registry.add(session('9', 'a', null), budgets)).toBe(reasons['too-many-connections']);
  });
});
