import type { Program } from '../program.ts';
import type { Phase } from '../rule.ts';
import type { Transaction } from '../transaction.ts';
import { countTest } from './entries.ts';
import type { Hits } from './hits.ts';
import type { Joined, ScreenPlan } from './screen-shape.ts';

/** Rules of which several conditions have to hold before their turn comes. */
export class Joins {
  private readonly program: Program;
  private readonly joined: ScreenPlan['joined'];
  private readonly tests = new Map<Joined, readonly ((transaction: Transaction) => boolean)[]>();

  constructor(program: Program, joined: ScreenPlan['joined']) {
    this.program = program;
    this.joined = joined;
  }

  /** Called when all values of a phase have been screened. */
  add(phase: Phase, transaction: Transaction, hits: Hits): void {
    for (const joined of this.joined[phase]) {
      const { at, bits } = joined;
      if (!haveAll(hits.rules, bits)) continue;
      if (this.testsOf(joined, phase).every((holds) => holds(transaction)))
        hits.places[phase][at >>> 5]! |= 1 << (at & 31);
    }
  }

  private testsOf(joined: Joined, phase: Phase): readonly ((transaction: Transaction) => boolean)[] {
    let tests = this.tests.get(joined);
    if (tests === undefined) {
      const rule = this.program.phases[phase][joined.at]!;
      this.tests.set(joined, (tests = joined.counts.map((entry) => countTest(rule, entry))));
    }
    return tests;
  }
}

function haveAll(rules: Uint32Array, bits: readonly number[]): boolean {
  for (const bit of bits) if ((rules[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
  return true;
}
