import { describe, expect, it } from 'vitest';
import { manualClock } from '../../base/clock.ts';
import { SqliteBuckets } from './buckets.ts';
import { SqliteCounters } from './counters.ts';
import type { Sql } from './database.ts';
import { writeBehind } from './write-behind.ts';

/** A file that takes writes, or does not. */
const fake = (): Sql & { broken: boolean; readonly written: string[] } => {
  const written: string[] = [];
  const sql = {
    broken: false,
    written,
    run(_: string, ...values: unknown[]) {
      written.push(String(values[0]));
      return 1;
    },
    get: () => undefined,
    all: () => [],
    transaction(work: () => void) {
      if (sql.broken) throw new Error('database or disk is full');
      work();
    },
    close() {},
  };
  return sql;
};

describe('a file that does not take counts', () => {
  it('is told once, tried again with all that waits, and told once more when it is well', () => {
    const sql = fake();
    const said: string[] = [];
    const behind = writeBehind(
      sql,
      (key) => void sql.run('', key),
      (says) => void said.push(says),
    );
    behind.touch('a');
    sql.broken = true;
    behind.flush();
    behind.touch('b');
    behind.flush();
    expect(said).toEqual(['counts are kept in memory alone, the file does not take them: database or disk is full']);
    sql.broken = false;
    behind.flush();
    expect([sql.written, said.length, said[1]]).toEqual([['a', 'b'], 2, 'the file takes counts again']);
    sql.broken = true;
    behind.touch('c');
    behind.flush();
    expect(said).toHaveLength(3);
    behind.stop();
  });

  it('does not fill the memory: beyond a hundred thousand nothing more waits', () => {
    const sql = fake();
    sql.broken = true;
    const behind = writeBehind(
      sql,
      (key) => void sql.run('', key),
      () => {},
    );
    for (let at = 0; at <= 100_000; at++) behind.touch(String(at));
    behind.flush();
    sql.broken = false;
    behind.flush();
    expect(sql.written).toEqual([]);
    behind.stop();
  });

  it('buckets and counters go on in memory', async () => {
    const sql = fake();
    const said: string[] = [];
    const clock = manualClock();
    const buckets = new SqliteBuckets(sql, clock, (says) => void said.push(says));
    const counters = new SqliteCounters(sql, clock, (says) => void said.push(says));
    sql.broken = true;
    const limit = { rate: 1, burst: 2 };
    expect([1, 2, 3].map(() => buckets.take('k', limit).allowed)).toEqual([true, true, false]);
    clock.turn(1000);
    expect(buckets.take('k', limit).allowed).toBe(true);
    expect([counters.add('q', 1, 'p', 1), counters.add('q', 1, 'p', 1)]).toEqual([1, 2]);
    await buckets.close();
    await counters.close();
    expect(said).toHaveLength(2);
  });

  it('a counter that was not written goes on counting, and is written once as a whole', async () => {
    const sql = fake();
    const counters = new SqliteCounters(sql, manualClock(), () => {});
    const added: unknown[] = [];
    sql.get = ((text: string, ...values: unknown[]) => {
      if (!text.startsWith('INSERT')) return undefined;
      added.push(values[2]);
      return { sum: 100 };
    }) as typeof sql.get;
    sql.broken = true;
    counters.add('q', 2, 'p', 1);
    counters.reset('other', 'p', 1);
    sql.broken = false;
    expect(counters.add('q', 3, 'p', 1)).toBe(5);
    await counters.close();
    expect(added).toEqual([5]);
    expect(counters.add('q', 1, 'p', 1)).toBe(101);
  });
});
