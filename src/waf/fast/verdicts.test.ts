import { describe, expect, it } from 'vitest';
import { engineFor } from '../testing/ask.ts';
import { fastRunner } from './runner.ts';
import { longest, patience, Verdicts } from './verdicts.ts';

describe('remembered verdicts', () => {
  it('all begin again when they have spent their budget together', () => {
    const one = new Verdicts();
    const other = new Verdicts();
    one.set('first', [1, 2]);
    other.set('word', []);
    expect([one.get('first'), other.get('word'), other.get('first')]).toEqual([[1, 2], [], undefined]);
    let held = 0;
    for (; held < 100_000 && one.get('first') !== undefined; held++) other.set(String(held).padStart(longest, '.'), []);
    // 2 MiB of values of 512 bytes, with what each entry costs.
    expect(held).toBeGreaterThan(2000);
    expect(held).toBeLessThan(4096);
    expect([one.get('first'), other.get('word')]).toEqual([undefined, undefined]);
    one.set('first', [3]);
    expect(one.get('first')).toEqual([3]);
  });

  it('are not kept of each value where none comes again, until one does', () => {
    const verdicts = new Verdicts();
    const worth = (): number => Array.from({ length: 1600 }, () => verdicts.isWorth()).filter(Boolean).length;
    for (let at = 0; at < patience - 1; at++) {
      expect(verdicts.get(String(at))).toBeUndefined();
      verdicts.set(String(at), []);
    }
    expect(worth()).toBe(1600);
    verdicts.get('another');
    expect(worth()).toBe(100);
    expect(verdicts.get('0')).toEqual([]);
    expect(worth()).toBe(1600);
  });

  it('say of a value under one name nothing about it under another', () => {
    const engine = engineFor(
      'SecRule ARGS|!ARGS:free "@streq bad" "id:1,phase:2,pass,log"\nSecRule ARGS:free "@streq good" "id:2,phase:2,pass,log"',
      { runner: fastRunner },
    );
    for (let round = 0; round < 2; round++) {
      const { ids } = engine.ask({ target: '/?free=bad&a=bad&b=good&password=bad&free=good' });
      expect(ids).toEqual(['1', '1', '2']);
    }
  });
});
