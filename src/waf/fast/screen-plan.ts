import { groupBits, groupsOf, profiles } from '../automaton/byte-groups.ts';
import { buildTables } from '../automaton/build.ts';
import type { LiteralTables } from '../automaton/tables.ts';
import type { FieldDefinition } from '../field.ts';
import type { Matcher } from '../operator.ts';
import type { ChainNode, CompiledMatch, CompiledRule, CompiledTarget, Program } from '../program.ts';
import { ByteSet } from '../regex/byte-set.ts';
import { phases, type Phase } from '../rule.ts';
import type { CountEntry, Entries } from './entries.ts';
import { needsOf, shortestOf, type ProfileNeeds } from './needs.ts';

/** One condition of a rule as the screen knows it: its number, and what it needs of a value. */
export interface Screened {
  readonly bit: number;
  readonly phase: Phase;
  /** Its place in its phase. */
  readonly at: number;
  /** Nothing else has to hold for the rule's turn to come. */
  readonly alone: boolean;
  readonly condition: CompiledMatch;
  readonly matcher: Matcher;
  readonly needs: readonly (ProfileNeeds | null)[];
  /** Fewest bytes of a value that is a hit. */
  readonly shortest: number;
}

/** One step in the tree of transformations of one field, in an order in which parents come first. */
export interface Step {
  readonly chain: ChainNode;
  readonly parent: number;
  /** Groups of which the value must have one for the step to change it; 0 when that cannot be told. */
  readonly triggers: number;
  readonly lowers: boolean;
  /** 1 when this step or one before it is `lowercase`. */
  readonly lowered: 0 | 1;
  /** A value of fewer bytes leads to no match, neither after this step nor after those that follow it. */
  readonly shortest: number;
  /** The same of what this step makes of a value. */
  readonly least: number;
  /** Few rules look at what this step makes, or others make of that: they are asked without a scan for texts. */
  readonly few: Uint32Array | null;
  /** Rules whose condition looks at the value after this step. */
  readonly rules: Uint32Array;
  /** Those of them that look at it at other steps too. */
  readonly several: Uint32Array;
}

/** One look at one field: for whom, and through which transformations. */
export interface Look {
  readonly field: FieldDefinition;
  /** Rules that read the field at all. */
  readonly rules: Uint32Array;
  readonly steps: readonly Step[];
  /** Which of a value's names matter: those that read one name only, or leave names out. Empty: no name matters. */
  readonly choosy: readonly { readonly bit: number; readonly reads: (key: string) => boolean }[];
}

/** A rule whose turn comes when several conditions hold. */
export interface Joined {
  readonly at: number;
  readonly bits: readonly number[];
  readonly counts: readonly CountEntry[];
}

export interface ScreenPlan {
  /** Words of 32 rules each that a set of rules takes. */
  readonly words: number;
  /** By number. */
  readonly screened: readonly Screened[];
  readonly tables: LiteralTables;
  /** For each text the rules that ask for it: `asks[starts[text]]` on, rule number * 16 + one bit per profile. */
  readonly starts: Uint32Array;
  readonly asks: Uint32Array;
  /** Per profile the rules that ask for no text, and can match at all. */
  readonly open: readonly Uint32Array[];
  /** `groups[(rule * 4 + profile) * 3]` on: sets of groups of which the value must have one each; 0 for none. */
  readonly groups: Int32Array;
  readonly looks: Readonly<Record<Phase, readonly Look[]>>;
  readonly joined: Readonly<Record<Phase, readonly Joined[]>>;
}

const complete = { request: 1, 'request-body': 2, 'response-head': 3, 'response-body': 4, moment: 5 } as const;

/** `entries` says what can be told about a rule; null for rules that are left out. */
export function planScreen(program: Program, entries: (rule: CompiledRule) => Entries | null): ScreenPlan {
  const screened: Screened[] = [];
  const joined: Record<Phase, Joined[]> = { 1: [], 2: [], 3: [], 4: [], 5: [] };
  for (const phase of phases) {
    for (const [at, rule] of program.phases[phase].entries()) {
      const found = entries(rule);
      if (found === null) continue;
      const alone = found.values.length === 1 && found.counts.length === 0;
      const bits: number[] = [];
      for (const { condition, matcher } of found.values) {
        bits.push(screened.length);
        screened.push({
          bit: screened.length,
          phase,
          at,
          alone,
          condition,
          matcher,
          needs: needsOf(matcher),
          shortest: shortestOf(matcher),
        });
      }
      if (!alone) joined[phase].push({ at, bits, counts: found.counts });
    }
  }
  const words = Math.max(1, (screened.length + 31) >>> 5);
  const groups = groupsNeeded(screened, words);
  return { words, screened, ...textsOf(screened, words), groups, looks: looksOf(screened, words), joined };
}

function textsOf(all: readonly Screened[], words: number): Pick<ScreenPlan, 'tables' | 'starts' | 'asks' | 'open'> {
  const numbers = new Map<string, number>();
  const lists: Map<number, number>[] = [];
  const open = profiles.map(() => new Uint32Array(words));
  for (const { bit, needs } of all) {
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
  const starts = new Uint32Array(lists.length + 1);
  const asks: number[] = [];
  for (const [number, list] of lists.entries()) {
    for (const [bit, mask] of list) asks.push(bit * 16 + mask);
    starts[number + 1] = asks.length;
  }
  return { tables: buildTables([...numbers.keys()]), starts, asks: Uint32Array.from(asks), open };
}

function groupsNeeded(all: readonly Screened[], words: number): Int32Array {
  const groups = new Int32Array(words * 32 * 4 * 3);
  for (const { bit, needs } of all) {
    for (const [profile, need] of needs.entries()) {
      for (const [i, set] of (need?.groups ?? []).entries()) groups[(bit * 4 + profile) * 3 + i] = set;
    }
  }
  return groups;
}

function looksOf(all: readonly Screened[], words: number): Record<Phase, readonly Look[]> {
  const looks: Record<Phase, Look[]> = { 1: [], 2: [], 3: [], 4: [], 5: [] };
  const fields = new Set(all.flatMap(({ condition }) => condition.targets.map(({ field }) => field)));
  for (const field of fields) {
    const readers = all.filter(({ condition }) => condition.targets.some((target) => target.field === field));
    const ready = complete[field.lifetime];
    for (const phase of phases) {
      // What is complete is looked at once for all later phases; before that, each phase looks for itself.
      const forWhom = readers.filter((rule) =>
        phase === ready ? rule.phase >= ready : rule.phase === phase && phase < ready,
      );
      if (forWhom.length > 0) looks[phase].push(lookOf(field, forWhom, words));
    }
  }
  return looks;
}

function lookOf(field: FieldDefinition, readers: readonly Screened[], words: number): Look {
  const rules = new Uint32Array(words);
  const several = new Uint32Array(words);
  const nodes = new Map<number, { readonly chain: ChainNode; readonly rules: Uint32Array }>();
  const nodeOf = (chain: ChainNode): Uint32Array => {
    let node = nodes.get(chain.id);
    if (node === undefined) nodes.set(chain.id, (node = { chain, rules: new Uint32Array(words) }));
    return node.rules;
  };
  const root = rootOf(readers[0]!.condition.chain);
  nodeOf(root);
  for (const { bit, condition } of readers) {
    add(rules, bit);
    for (const chain of condition.chain.path) nodeOf(chain);
    add(nodeOf(condition.chain), bit);
    if (condition.source.multiMatch) add(several, bit);
    if (condition.source.multiMatch) for (const chain of [root, ...condition.chain.path]) add(nodeOf(chain), bit);
  }
  const ordered = [...nodes.values()].sort((a, b) => a.chain.path.length - b.chain.path.length);
  const numbers = new Map(ordered.map(({ chain }, i) => [chain.id, i]));
  const shortest = shortestInputs(ordered, numbers, readers);
  const few = fewRules(ordered, numbers, words);
  const steps = ordered.map(({ chain, rules: at }, i) => ({
    shortest: shortest[i]!.input,
    least: shortest[i]!.output,
    few: few[i]!,
    chain,
    parent: chain.previous === null ? -1 : numbers.get(chain.previous.id)!,
    triggers: triggersOf(chain),
    lowers: chain.transform?.name === 'lowercase',
    lowered: chain.path.some(({ transform }) => transform?.name === 'lowercase') ? (1 as const) : (0 as const),
    rules: at,
    several: at.map((word, i) => word & several[i]!),
  }));
  return { field, rules, steps, choosy: choosyOf(field, readers) };
}

/** Transformations that never make a value longer. */
const neverLonger = new Set(
  [
    'lowercase',
    'trim',
    'trimLeft',
    'trimRight',
    'removeNulls',
    'replaceNulls',
    'removeWhitespace',
    'compressWhitespace',
  ].concat(
    [
      'urlDecode',
      'urlDecodeUni',
      'jsDecode',
      'cssDecode',
      'htmlEntityDecode',
      'escapeSeqDecode',
      'base64Decode',
      'cmdLine',
    ],
    ['removeCommentsChar', 'replaceComments', 'normalizePath', 'normalizePathWin'],
  ),
);

/** For each node how long its input and its output must be for any rule at it or below it to match. */
function shortestInputs(
  nodes: readonly { readonly chain: ChainNode }[],
  numbers: ReadonlyMap<number, number>,
  readers: readonly Screened[],
): readonly { readonly input: number; readonly output: number }[] {
  const found = nodes.map(() => ({ input: Infinity, output: Infinity }));
  for (const { condition, shortest: least } of readers) {
    let bytes = least;
    for (const chain of [...condition.chain.path].reverse()) {
      const at = found[numbers.get(chain.id)!]!;
      at.output = Math.min(at.output, condition.source.multiMatch ? Math.min(bytes, least) : bytes);
      const { name } = chain.transform!;
      if (!neverLonger.has(name)) bytes = 0;
      else if (name === 'base64Decode') bytes = Math.ceil((bytes * 4) / 3);
      at.input = Math.min(at.input, condition.source.multiMatch ? Math.min(bytes, least) : bytes);
    }
  }
  const finite = (bytes: number): number => (bytes === Infinity ? 0 : bytes);
  return found.map(({ input, output }) => ({ input: finite(input), output: finite(output) }));
}

const mostFew = 2;

/** For each node the rules at it and below it when they are few, else null. */
function fewRules(
  nodes: readonly { readonly chain: ChainNode; readonly rules: Uint32Array }[],
  numbers: ReadonlyMap<number, number>,
  words: number,
): readonly (Uint32Array | null)[] {
  const below = nodes.map(() => new Uint32Array(words));
  for (const { chain, rules } of nodes) {
    for (const node of chain.path) {
      const at = below[numbers.get(node.id)!]!;
      for (let word = 0; word < words; word++) at[word]! |= rules[word]!;
    }
  }
  const count = (rules: Uint32Array): number =>
    rules.reduce((sum, word) => {
      let bits = 0;
      for (let left = word; left !== 0; left &= left - 1) bits++;
      return sum + bits;
    }, 0);
  return below.map((rules) => (count(rules) <= mostFew ? rules : null));
}

function rootOf(chain: ChainNode): ChainNode {
  return chain.previous === null ? chain : rootOf(chain.previous);
}

function triggersOf({ transform }: ChainNode): number {
  if (transform === null || transform.triggers === undefined) return 0;
  return groupsOf(ByteSet.chars(transform.triggers)) ?? 0;
}

function choosyOf(field: FieldDefinition, readers: readonly Screened[]): Look['choosy'] {
  return readers.flatMap(({ bit, condition }) => {
    const targets = condition.targets.filter((target) => target.field === field);
    const left = condition.exclusions.filter((exclusion) => exclusion.field === field);
    const everything = targets.some(({ test }) => test === null);
    if (everything && left.length === 0) return [];
    const reads = (key: string): boolean =>
      targets.some((target) => means(target, key)) && !left.some(({ test }) => test === null || test(key));
    return [{ bit, reads }];
  });
}

function means(target: CompiledTarget, key: string): boolean {
  return target.test === null || target.test(key);
}

export function add(rules: Uint32Array, bit: number): void {
  rules[bit >>> 5]! |= 1 << (bit & 31);
}

/** The group of capital letters, which `lowercase` takes away and nothing else asks for. */
export const capitals = groupBits[0x41]!;

/** Does a value of these groups lack what `groups` asks for from `at` on? */
export function lacks(bits: number, groups: Int32Array, at: number): boolean {
  const a = groups[at]!;
  if (a === 0) return false;
  if ((bits & a) === 0) return true;
  const b = groups[at + 1]!;
  if (b === 0) return false;
  if ((bits & b) === 0) return true;
  const c = groups[at + 2]!;
  return c !== 0 && (bits & c) === 0;
}
