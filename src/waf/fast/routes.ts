import { groupBits, profileOf } from '../automaton/byte-groups.ts';
import type { Look } from './look.ts';
import { lacks } from './rule-bits.ts';
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

/** What a step has done to a value of some groups: nothing, something that groups tell about, or anything. */
const Change = { none: 0, told: 1, any: 2 } as const;

/** The routes of one look, worked out when a value of a kind comes for the first time. */
export class Routes {
  private readonly groups: Int32Array;
  private readonly nevers: Uint8Array;
  private readonly look: Look;
  private readonly known = new Map<number, Route>();

  /** @param nevers for each rule a bit for each profile of which no value can be a hit */
  constructor({ groups }: ScreenPlan, nevers: Uint8Array, look: Look) {
    this.groups = groups;
    this.nevers = nevers;
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
    const { length } = steps;
    const changes = new Uint8Array(length);
    /** Groups that the value can have after each step, where they are told. */
    const reach = new Int32Array(length).fill(bits);
    for (let at = 1; at < length; at++) {
      const { parent, lowers, triggers, transform } = steps[at]!;
      const before = reach[parent]!;
      const change = changes[parent]!;
      reach[at] = before;
      changes[at] = change;
      if (lowers || (change !== Change.any && triggers !== 0 && (before & triggers) === 0)) continue;
      const added = narrowing.get(transform!.name);
      if (added === undefined) changes[at] = Change.any;
      else if (change !== Change.any) {
        changes[at] = Change.told;
        reach[at] = before | added;
      }
    }
    const wanted = new Uint8Array(length);
    const rest = rules.slice();
    for (let at = length - 1; at > 0; at--) {
      const { parent, rules: list, several } = steps[at]!;
      if (changes[at] !== Change.none) {
        if (wanted[at] === 0 && this.meets(list, changes[at]!, reach[at]!)) wanted[at] = 1;
        for (let i = 0; i < list.length; i++) {
          const bit = list[i]!;
          if (!several.includes(bit)) rest[bit >>> 5]! &= ~(1 << (bit & 31));
        }
      }
      if (wanted[at] === 1) wanted[parent] = 1;
    }
    const taken: number[] = [];
    for (let at = 1; at < length; at++) if (changes[at] !== Change.none && wanted[at] === 1) taken.push(at);
    return { steps: Int32Array.from(taken), rest };
  }

  /** Might a value of these groups match one of the rules? */
  private meets(list: readonly number[], change: number, bits: number): boolean {
    if (change === Change.any) return list.length > 0;
    const profile = profileOf(bits);
    for (let i = 0; i < list.length; i++) {
      const bit = list[i]!;
      if (((this.nevers[bit]! >>> profile) & 1) === 0 && !lacks(bits, this.groups, (bit * 4 + profile) * 3))
        return true;
    }
    return false;
  }
}
