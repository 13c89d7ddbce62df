import { profiles } from '../automaton/byte-groups.ts';
import { buildTables } from '../automaton/build.ts';
import { inBlocks } from '../automaton/starts.ts';
import type { CompiledRule, Program } from '../program.ts';
import { phases, type Phase } from '../rule.ts';
import { turned, type Entries } from './entries.ts';
import type { Reader } from './look.ts';
import { looksOf } from './looks.ts';
import { needsOf, shortestOf, type ProfileNeeds } from './needs.ts';
import { add } from './rule-bits.ts';
import type { Joined, ScreenPlan } from './screen-shape.ts';

/** `entries` says what can be told about a rule; null for rules that are left out. */
export function planScreen(program: Program, entries: (rule: CompiledRule) => Entries | null): ScreenPlan {
  const readers: Reader[] = [];
  const needs: Needed[] = [];
  const joined: Record<Phase, Joined[]> = { 1: [], 2: [], 3: [], 4: [], 5: [] };
  for (const phase of phases) {
    for (const [at, rule] of program.phases[phase].entries()) {
      const found = entries(rule);
      if (found === null) continue;
      const alone = found.values.length === 1 && found.counts.length === 0;
      const bits: number[] = [];
      for (const { link, argument, condition, matcher: asked } of found.values) {
        const bit = readers.length;
        bits.push(bit);
        const matcher = turned(condition.source.negated, asked);
        const needed = needsOf(matcher);
        needs.push(needed);
        readers.push({
          bit,
          phase,
          at,
          link,
          argument,
          alone,
          condition,
          several: condition.source.multiMatch,
          lowers: condition.chain.path.some(({ transform }) => transform?.name === 'lowercase'),
          never: neverOf(needed),
          shortest: shortestOf(matcher),
        });
      }
      if (!alone) joined[phase].push({ at, bits, counts: found.counts });
    }
  }
  const words = Math.max(1, (readers.length + 31) >>> 5);
  return {
    words,
    screened: readers,
    ...textsOf(needs, words),
    groups: groupsNeeded(needs, words),
    looks: looksOf(readers, words),
    joined,
  };
}

type Needed = readonly (ProfileNeeds | null)[];

function neverOf(needed: Needed): number {
  return needed.reduce((bits, need, profile) => (need === null ? bits | (1 << profile) : bits), 0);
}

function textsOf(all: readonly Needed[], words: number): Pick<ScreenPlan, 'tables' | 'starts' | 'asks' | 'open'> {
  const numbers = new Map<string, number>();
  const lists: Map<number, number>[] = [];
  const open = profiles.map(() => new Uint32Array(words));
  for (const [bit, needs] of all.entries()) {
    for (const [profile, need] of needs.entries()) {
      if (need === null) continue;
      if (need.texts === null) add(open[profile]!, bit);
      for (const text of need.texts ?? []) {
        let number = numbers.get(text);
        if (number === undefined) {
          numbers.set(text, (number = numbers.size));
          lists.push(new Map());
        }
        lists[number]!.set(bit, (lists[number]!.get(bit) ?? 0) | (1 << profile));
      }
    }
  }
  const starts = [0];
  const asks: number[] = [];
  for (const list of lists) {
    for (const [bit, mask] of list) asks.push(bit * 16 + mask);
    starts.push(asks.length);
  }
  return { tables: buildTables([...numbers.keys()]), starts: inBlocks(starts), asks: Uint32Array.from(asks), open };
}

function groupsNeeded(all: readonly Needed[], words: number): Int32Array {
  const groups = new Int32Array(words * 32 * 4 * 3);
  for (const [bit, needs] of all.entries()) {
    for (const [profile, need] of needs.entries()) {
      for (const [i, set] of (need?.groups ?? []).entries()) groups[(bit * 4 + profile) * 3 + i] = set;
    }
  }
  return groups;
}
