import { describe, expect, it } from 'vitest';
import { balancer } from './balance.ts';
import { Breaker } from './breaker.ts';
import { Health } from './health.ts';
import type { Forwarder } from './forward.ts';

const target = (name: string, weight = 1, busy = 0) => ({ name, weight, busy });

describe('balance', () => {
  it('takes smooth turns by weight', () => {
    const choose = balancer<ReturnType<typeof target>>('round-robin');
    const among = [target('a', 2), target('b', 1)];
    expect(Array.from({ length: 6 }, () => choose(among, '').name)).toEqual(['a', 'b', 'a', 'a', 'b', 'a']);
  });

  it('takes the least busy for its weight', () => {
    const choose = balancer<ReturnType<typeof target>>('least-busy');
    expect(choose([target('a', 1, 2), target('b', 4, 4), target('c', 1, 3)], '').name).toBe('b');
  });

  it('keeps a key at its target, spreads keys, and moves only those of a target that left', () => {
    const choose = balancer<ReturnType<typeof target>>('hash');
    const among = [target('a'), target('b'), target('c')];
    const keys = Array.from({ length: 300 }, (_, at) => `10.0.${at % 7}.${at}`);
    const before = keys.map((key) => choose(among, key).name);
    expect(keys.map((key) => choose(among, key).name)).toEqual(before);
    for (const name of ['a', 'b', 'c']) expect(before.filter((each) => each === name).length).toBeGreaterThan(60);
    const after = keys.map((key) => choose(among.slice(0, 2), key).name);
    for (const [at, name] of before.entries()) if (name !== 'c') expect(after[at]).toBe(name);
  });
});

describe('breaker', () => {
  const rules = { ratio: 0.5, volume: 4, windowMs: 1000, openMs: 500 };

  it('opens at its ratio once there is enough to judge, tries once, and closes or opens again', () => {
    const breaker = new Breaker(rules);
    for (const ok of [true, false, true]) breaker.tell(ok, 0);
    expect(breaker.state(0)).toBe('closed');
    breaker.tell(false, 0);
    expect([breaker.state(0), breaker.admit(0), breaker.waitMs(100)]).toEqual(['open', false, 400]);
    expect([breaker.state(500), breaker.admit(500), breaker.admit(500)]).toEqual(['half-open', true, false]);
    breaker.tell(false, 500);
    expect(breaker.state(600)).toBe('open');
    expect(breaker.admit(1000)).toBe(true);
    breaker.tell(true, 1000);
    expect(breaker.state(1000)).toBe('closed');
  });

  it('forgets what is older than its window', () => {
    const breaker = new Breaker(rules);
    for (let at = 0; at < 3; at++) breaker.tell(false, 0);
    breaker.tell(false, 2000);
    expect(breaker.state(2000)).toBe('closed');
  });
});

describe('health', () => {
  const dialing = (statuses: (number | Error)[]): Forwarder =>
    ({
      name: 'o',
      url: new URL('http://o.test'),
      firstByteMs: 1000,
      dialer: {
        dial: async () => {
          const next = statuses.shift();
          if (next === undefined || next instanceof Error) throw next ?? new Error('none');
          return { status: next, body: null };
        },
      },
    }) as unknown as Forwarder;

  it('is left alone after bad checks in a row, and used again after good ones', async () => {
    const health = new Health(
      { path: '/', intervalMs: 10, healthy: 2, unhealthy: 2 },
      dialing([500, 200, new Error('x'), 503, 200, 302]),
    );
    const seen: boolean[] = [];
    for (let at = 0; at < 6; at++) {
      await health.check(at * 10);
      seen.push(health.healthy);
    }
    expect(seen).toEqual([true, true, true, false, false, true]);
    expect(health.check(51)).toBeNull();
  });
});
