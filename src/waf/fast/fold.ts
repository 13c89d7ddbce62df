import type { SetVariable } from '../actions/setvar.ts';
import type { CompiledMatch, CompiledRule, Program } from '../program.ts';
import { phases, type Phase } from '../rule.ts';
import { Constants, filledIn, hitsOf, mayHappen, writeOf, type Filled, type Write } from './constants.ts';
import { isTraceless, type Arguments } from './entries.ts';

/** What to do with a rule when its turn comes. */
export const Turn = {
  /** Cannot match here. */
  never: 0,
  /** Ask it. */
  run: 1,
  /** Ask it if the screen says that one of its values could hit. */
  screened: 2,
  /** It matches whatever the request is, and all it does is to write these variables. */
  write: 3,
} as const;

export interface PhasePlan {
  readonly turns: Uint8Array;
  /** For turns that write. */
  readonly writes: ReadonlyMap<number, readonly Write[]>;
  /** One bit per rule: its turn comes whatever the screen says. */
  readonly always: Uint32Array;
  /** One bit per rule: its turn comes when the screen says so. */
  readonly screened: Uint32Array;
  /** 1 for a rule whose jump makes no difference to what is known behind it. */
  readonly neutral: Uint8Array;
  /** 1 for a rule that surely matches, and writes or jumps: what is known behind it hangs on it. */
  readonly decided: Uint8Array;
  /** How many writes of the plan's history were made before each rule, and at the end. */
  readonly before: Uint32Array;
}

export interface Plan {
  readonly phases: Readonly<Record<Phase, PhasePlan>>;
  readonly history: readonly Write[];
}

/**
 * How much may be taken for granted: `quiet` as long as no rule that depends on the request has done anything that
 * others could see, `loud` after that, `plain` when rules have been switched off.
 */
export type Assumption = 'quiet' | 'loud' | 'plain';

/** A plan with the arguments that macros make, where they are the same for every request. */
export interface Folded extends Plan {
  readonly filled: Arguments;
}

/**
 * Runs the program in thought with what is known at load: settings that are only ever constants, the jumps that follow
 * from them, and, as long as it stays quiet, scores that stay at nothing.
 */
export function fold(
  program: Program,
  assumption: Assumption,
  screenable: (rule: CompiledRule, filled: Arguments) => boolean,
): Folded {
  const folding = new Folding(assumption, screenable);
  const plans = Object.fromEntries(phases.map((phase) => [phase, folding.phase(program.phases[phase])]));
  return { phases: plans as Record<Phase, PhasePlan>, history: folding.history, filled: folding.filled };
}

class Folding {
  readonly history: Write[] = [];
  readonly filled = new Map<CompiledMatch, Filled>();
  private readonly assumption: Assumption;
  private readonly screenable: (rule: CompiledRule, filled: Arguments) => boolean;
  private constants = new Constants();
  /** Rules before this position of the phase may have been jumped over. */
  private doubtUntil = 0;
  /** Where jumps that may happen land in this phase. */
  private landings = new Set<number>();
  /** An `allow` may have ended things early: nothing later is certain to run. */
  private doubtful = false;

  constructor(assumption: Assumption, screenable: (rule: CompiledRule, filled: Arguments) => boolean) {
    this.assumption = assumption;
    this.screenable = screenable;
  }

  phase(rules: readonly CompiledRule[]): PhasePlan {
    const turns = new Uint8Array(rules.length);
    const writes = new Map<number, readonly Write[]>();
    const before = new Uint32Array(rules.length + 1);
    const decided = new Uint8Array(rules.length);
    const jumps: (readonly [from: number, to: number])[] = [];
    this.doubtUntil = 0;
    this.landings = new Set();
    for (let at = 0; at < rules.length;) {
      const rule = rules[at]!;
      before[at] = this.history.length;
      const settled = this.assumption === 'plain' ? null : this.settle(rule, at);
      if (settled === null) {
        if (this.assumption !== 'plain') this.fill(rule);
        turns[at] = this.screenable(rule, this.filled) ? Turn.screened : Turn.run;
        if (this.assumption !== 'plain') this.suppose(rule, at, rules.length);
      } else if (settled.writes.length > 0) {
        turns[at] = Turn.write;
        writes.set(at, settled.writes);
        this.history.push(...settled.writes);
      }
      if (settled !== null && (settled.writes.length > 0 || (settled.matches && rule.next > at + 1))) decided[at] = 1;
      const next = settled?.matches ? Math.min(Math.max(rule.next, at + 1), rules.length) : at + 1;
      if (next > at + 1) jumps.push([at, next]);
      for (at++; at < next; at++) before[at] = this.history.length;
    }
    const neutral = Uint8Array.from(rules, ({ next }, at) => (isNeutral(at, next, writes, jumps) ? 1 : 0));
    before[rules.length] = this.history.length;
    return {
      turns,
      writes,
      neutral,
      decided,
      before,
      always: bitsOf(turns, this.alwaysTurns()),
      screened: bitsOf(turns, [Turn.screened]),
    };
  }

  private alwaysTurns(): readonly number[] {
    return this.assumption === 'quiet' ? [Turn.run] : [Turn.run, Turn.write];
  }

  /** Fills in arguments for as long as the rule's own links change nothing. */
  private fill(rule: CompiledRule): void {
    for (const link of rule.links) {
      const { condition } = link;
      if (condition.kind === 'match' && condition.constant === null) {
        const filled = filledIn(condition, this.constants);
        if (filled !== null) this.filled.set(condition, filled);
      }
      if (!isTraceless(link)) return;
    }
  }

  /** Null when the rule has to be asked. */
  private settle(rule: CompiledRule, at: number): { readonly matches: boolean; readonly writes: Write[] } | null {
    const first = hitsOf(rule.links[0]!, this.constants);
    if (first === null) return this.isBlocked(rule) ? { matches: false, writes: [] } : null;
    if (first === 0) return { matches: false, writes: [] };
    const { log, severity, disruption } = rule.rule;
    if (log || severity !== null || disruption.kind !== 'pass') return null;
    const trial = this.constants.copy();
    const writes: Write[] = [];
    let matches = true;
    for (const link of rule.links) {
      const hits = hitsOf(link, trial);
      if (hits === null || (hits > 0 && link.capture)) return null;
      matches = hits > 0;
      if (!matches) break;
      for (let hit = 0; hit < hits; hit++) {
        for (const effect of link.effects) {
          const write = writeOf(effect, trial);
          // In the quiet plan all writes come before what a request has written; they may not be of the same variable.
          if (write === null || (this.assumption === 'quiet' && this.constants.isOpen(write.name))) return null;
          writes.push(write);
        }
      }
    }
    if (at < this.doubtUntil || this.doubtful) {
      // It may not come to this rule. That makes no difference when it only jumps, and nobody else lands on the way.
      if (writes.length > 0) return null;
      if (matches && [...this.landings].some((landing) => landing > at && landing < rule.next)) return null;
    }
    this.constants = trial;
    return { matches, writes };
  }

  /** A later link cannot hit, and none before it leaves anything behind. */
  private isBlocked(rule: CompiledRule): boolean {
    for (const link of rule.links) {
      if (hitsOf(link, this.constants) === 0) return true;
      if (!isTraceless(link)) return false;
    }
    return false;
  }

  /**
   * The rule may match or not: whatever it could do is not certain any more. As long as it is quiet no rule matches but
   * those that only take notes; the first links of chains do, request for request.
   */
  private suppose(rule: CompiledRule, at: number, end: number): void {
    const quiet = this.assumption === 'quiet';
    for (const link of quiet && !takesNotes(rule) ? rule.links.slice(0, -1) : rule.links) {
      for (const effect of link.effects) mayHappen(effect, this.constants);
      if (link.capture) for (let group = 0; group < 10; group++) this.constants.forget(String(group));
    }
    if (quiet) return;
    if (rule.next > at + 1) {
      this.doubtUntil = Math.max(this.doubtUntil, rule.next);
      this.landings.add(rule.next);
    }
    if (rule.rule.disruption.kind !== 'allow') return;
    this.doubtUntil = end;
    if (rule.rule.disruption.scope !== 'phase') this.doubtful = true;
  }
}

/**
 * The rule is no finding and steers nothing: all it does when it matches is to set variables or to say what is left out
 * for this request. A quiet history goes on behind it.
 */
export function takesNotes({ rule, links }: CompiledRule): boolean {
  if (rule.log || rule.disruption.kind !== 'pass' || rule.skip > 0 || rule.skipAfter !== null) return false;
  return links.every(({ effects }) =>
    effects.every(
      ({ action, data }) =>
        action.name === 'ctl' || (action.name === 'setvar' && (data as SetVariable).how !== 'unset'),
    ),
  );
}

/** Nothing is written between a jump and where it lands, and nothing certain leads from there past the landing. */
function isNeutral(
  at: number,
  next: number,
  writes: ReadonlyMap<number, unknown>,
  jumps: readonly (readonly [from: number, to: number])[],
): boolean {
  for (const from of writes.keys()) if (from > at && from < next) return false;
  return jumps.every(([from, to]) => from <= at || from >= next || to <= next);
}

function bitsOf(turns: Uint8Array, which: readonly number[]): Uint32Array {
  const bits = new Uint32Array((turns.length + 31) >>> 5);
  for (let at = 0; at < turns.length; at++) if (which.includes(turns[at]!)) bits[at >>> 5]! |= 1 << (at & 31);
  return bits;
}
