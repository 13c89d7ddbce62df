import { describe, expect, it } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { stepsOf } from './record.ts';
import { Trace } from './trace.ts';

describe('a trace', () => {
  it('works late facts out when they are read, and once', () => {
    const clock = manualClock();
    const trace = new Trace('t', ['waf'], clock);
    let asked = 0;
    clock.turn(5);
    trace.noteLate('waf', 'matched', () => ({ rule: ++asked }));
    clock.turn(5);
    expect(asked).toBe(0);
    const note = { what: 'matched', at: 5, facts: { rule: 1 } };
    expect([stepsOf(trace, new Set())[0]?.notes, stepsOf(trace, new Set())[0]?.notes, asked]).toEqual([
      [note],
      [note],
      1,
    ]);
  });
  it('keeps so many notes and counts the others, late ones as well', () => {
    const trace = new Trace('t', [], manualClock());
    for (let i = 0; i < 130; i++) {
      if (i % 2 === 0) trace.note('a', 'b');
      else trace.noteLate('a', 'b', () => ({}));
    }
    expect([trace.notes.length, trace.dropped]).toEqual([128, 2]);
  });
});
