import { groupBits, profileOf } from '../automaton/byte-groups.ts';
import type { Look } from './look.ts';
import { add, lacks } from './rule-bits.ts';
import type { ScreenPlan } from './screen-shape.ts';

/** What values of one look with certain groups of bytes have to go through. */
export interface Route {
  /** Steps to take, in order: all that may change the value on the way to a rule that may match. */
  readonly steps: Int32Array;
  /** Rules to ask about the value as it came, or in lower case: none of the steps above leads to them. */
  readonly rest: Uint32Array;
}

/**
 * Transformations that put no bytes into a value but those it has, and the few named here: what a rule needs after them,
 * the value must have before. All others may make anything of a value.
 */
export const narrowing: ReadonlyMap<string, number> = new Map([
  ['lowercase', 0],
  ['removeNulls', 0],
  ['removeWhitespace', 0],
  ['trim', 0],
  ['trimLeft', 0],
  ['trimRight', 0],
  ['normalizePath', 0],
  ['normalisePath', 0],
  ['compressWhitespace', groupBits[0x20]!],
  ['replaceComments', groupBits[0x20]!],
  ['replaceNulls', groupBits[0x20]!],
  ['cmdLine', groupBits[0x20]!],
  ['normalizePathWin', groupBits[0x2f]!],
  ['normalisePathWin', groupBits[0x2f]!],
]);

/** How many kinds of values are remembered per look. */
const mostRoutes = 512;

/** Which rules values of certain groups might match, as far as groups tell; the same for all looks. */
export class Reach {
  private readonly plan: ScreenPlan;
  private readonly known = new Map<number, Uint32Array>();

  constructor(plan: ScreenPlan) {
    this.plan = plan;
  }

  of(bits: number): Uint32Array {
    let possible = this.known.get(bits);
    if (possible === undefined) {
      if (this.known.size >= mostRoutes) this.known.clear();
      this.known.set(bits, (possible = this.workOut(bits)));
    }
    return possible;
  }

  private workOut(bits: number): Uint32Array {
    const { plan } = this;
    const profile = profileOf(bits);
    const possible = new Uint32Array(plan.words);
    for (const { bit, never } of plan.screened) {
      if (((never >>> profile) & 1) === 0 && !lacks(bits, plan.groups, (bit * 4 + profile) * 3)) add(possible, bit);
    }
    return possible;
  }
}

/** The routes of one look, worked out when a value of a kind comes for the first time. */
export class Routes {
  private readonly reach: Reach;
  private readonly look: Look;
  private readonly known = new Map<number, Route>();

  constructor(reach: Reach, look: Look) {
    this.reach = reach;
    this.look = look;
  }

  /** `bits`: the groups of bytes that the value holds. */
  for(bits: number): Route {
    let route = this.known.get(bits);
    if (route === undefined) {
      if (this.known.size >= mostRoutes) this.known.clear();
      this.known.set(bits, (route = this.workOut(bits)));
    }
    return route;
  }

  private workOut(bits: number): Route {
    const { steps, rules } = this.look;
    /** Groups that the value can have after each step; null for any. */
    const reach: (number | null)[] = [bits];
    const changes = [false];
    for (const [at, step] of steps.entries()) {
      if (at === 0) continue;
      const before = reach[step.parent]!;
      const active = !step.lowers && (before === null || step.triggers === 0 || (before & step.triggers) !== 0);
      changes.push(active || changes[step.parent]!);
      const added = narrowing.get(step.transform!.name);
      reach.push(!active ? before : before === null || added === undefined ? null : before | added);
    }
    const wanted = steps.map((step, at) => changes[at] === true && meet(step.rules, this.possible(reach[at]!)));
    const rest = rules.slice();
    for (let at = steps.length - 1; at > 0; at--) {
      const { parent, several } = steps[at]!;
      if (wanted[at]) wanted[parent] = true;
      if (changes[at])
        for (let word = 0; word < rest.length; word++) rest[word]! &= ~steps[at]!.rules[word]! | several[word]!;
    }
    const taken = steps.flatMap((_, at) => (changes[at] && wanted[at] ? [at] : []));
    return { steps: Int32Array.from(taken), rest };
  }

  private possible(bits: number | null): Uint32Array {
    return bits === null ? this.look.rules : this.reach.of(bits);
  }
}

function meet(a: Uint32Array, b: Uint32Array): boolean {
  return a.some((word, i) => (word & b[i]!) !== 0);
}
