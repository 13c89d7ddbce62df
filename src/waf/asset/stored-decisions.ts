import { profiles } from '../automaton/byte-groups.ts';
import type { Starts } from '../automaton/starts.ts';
import type { Decisions } from '../fast/decisions.ts';
import type { Assumption, PhasePlan, Plan } from '../fast/fold.ts';
import type { Look, Screened, Step } from '../fast/look.ts';
import { add, bitsIn } from '../fast/rule-bits.ts';
import type { Selector } from '../condition.ts';
import type { Write } from '../fast/constants.ts';
import type { ScreenPlan } from '../fast/screen-shape.ts';
import { findField } from '../field-table.ts';
import type { Program } from '../program.ts';
import type { Phase } from '../rule.ts';
import type { Contents, Table } from './container.ts';

type Numbers = readonly number[];

/** Lists in the place of objects: a start reads them all, and names are most of an object's text. */
type StoredStep = readonly [
  transform: string | null,
  parent: number,
  triggers: number,
  lowered: 0 | 1,
  shortest: number,
  least: number,
  rules: Numbers,
  several: Numbers,
  few: Numbers | null,
];

type StoredLook = readonly [
  field: string,
  rules: Numbers,
  steps: readonly StoredStep[],
  choosy: readonly (readonly [bit: number, reads: readonly Selector[], leaves: readonly Selector[]])[],
];

type StoredScreened = readonly [
  phase: Phase,
  at: number,
  link: number,
  argument: string | null,
  alone: boolean,
  several: boolean,
  lowers: boolean,
  never: number,
  shortest: number,
];

type StoredPhase = Readonly<
  Record<'turns' | 'always' | 'screened' | 'neutral' | 'decided' | 'before', readonly number[]>
> & {
  readonly writes: readonly (readonly [at: number, writes: readonly Write[]])[];
};

interface StoredPlan {
  readonly phases: Readonly<Record<Phase, StoredPhase>>;
  readonly history: readonly Write[];
}

/** Decisions without what JSON cannot say, and without their tables. */
export interface StoredDecisions extends Pick<Decisions, 'memos' | 'start'> {
  readonly screen: Pick<ScreenPlan, 'words' | 'joined'> & {
    readonly screened: readonly StoredScreened[];
    readonly stride: number;
    readonly firstLoud: number;
    readonly looks: Readonly<Record<Phase, readonly StoredLook[]>>;
  };
  readonly plans: Readonly<Record<Assumption, StoredPlan>>;
}

/** The same thing for each phase. */
function each<From, To>(of: Readonly<Record<Phase, From>>, make: (from: From) => To): Record<Phase, To> {
  return { 1: make(of[1]), 2: make(of[2]), 3: make(of[3]), 4: make(of[4]), 5: make(of[5]) };
}

/** The same, made when a phase is first asked for: many processes never see an answer. */
function eachLater<From, To>(of: Readonly<Record<Phase, From>>, make: (from: From) => To): Readonly<Record<Phase, To>> {
  const made: To[] = [];
  const at = (phase: Phase): To => (made[phase] ??= make(of[phase]));
  return {
    get 1() {
      return at(1);
    },
    get 2() {
      return at(2);
    },
    get 3() {
      return at(3);
    },
    get 4() {
      return at(4);
    },
    get 5() {
      return at(5);
    },
  };
}

export function storeDecisions({ screen, plans, memos, start }: Decisions): Contents<StoredDecisions> {
  const { words, screened, joined, tables, looks } = screen;
  const { stride, firstLoud, classes, next, texts } = tables;
  const open = new Uint32Array(words * profiles.length);
  for (const [profile, rules] of screen.open.entries()) open.set(rules, profile * words);
  return {
    said: {
      memos,
      start,
      screen: {
        words,
        joined,
        stride,
        firstLoud,
        screened: screened.map(storeScreened),
        looks: each(looks, (all) => all.map(storeLook)),
      },
      plans: { quiet: storePlan(plans.quiet), loud: storePlan(plans.loud), plain: storePlan(plans.plain) },
    },
    tables: {
      classes,
      next,
      textBlocks: tables.starts.blocks,
      textWithin: tables.starts.within,
      texts,
      askBlocks: screen.starts.blocks,
      askWithin: screen.starts.within,
      asks: screen.asks,
      open,
      groups: screen.groups,
    },
  };
}

function storeScreened(one: Screened): StoredScreened {
  const { phase, at, link, argument, alone, several, lowers, never, shortest } = one;
  return [phase, at, link, argument, alone, several, lowers, never, shortest];
}

function readScreened(stored: StoredScreened, bit: number): Screened {
  const [phase, at, link, argument, alone, several, lowers, never, shortest] = stored;
  return { bit, phase, at, link, argument, alone, several, lowers, never, shortest };
}

function storeLook({ field, rules, steps, choosy }: Look): StoredLook {
  return [
    field.name,
    bitsIn(rules),
    steps.map(storeStep),
    choosy.map(({ bit, reads, leaves }) => [bit, reads, leaves]),
  ];
}

function storeStep(step: Step): StoredStep {
  const { transform, parent, triggers, lowered, shortest, least, rules, several, few } = step;
  return [transform?.name ?? null, parent, triggers, lowered, shortest, least, rules, several, few];
}

function storePlan({ phases, history }: Plan): StoredPlan {
  const stored = each(phases, ({ turns, always, screened, neutral, decided, before, writes }) => ({
    turns: [...turns],
    always: [...always],
    screened: [...screened],
    neutral: [...neutral],
    decided: [...decided],
    before: [...before],
    writes: [...writes],
  }));
  return { phases: stored, history };
}

/** The decisions about `program`, which has to be the one that they were made about. */
export function readDecisions(
  stored: StoredDecisions,
  tables: Readonly<Record<string, Table>>,
  program: Program,
): Decisions {
  const { words, screened, joined, stride, firstLoud, looks } = stored.screen;
  const { plans, memos, start } = stored;
  const open = tables['open'] as Uint32Array;
  return {
    memos,
    start,
    plans: { quiet: readPlan(plans.quiet), loud: readPlan(plans.loud), plain: readPlan(plans.plain) },
    screen: {
      words,
      screened: screened.map(readScreened),
      joined,
      looks: eachLater(looks, (all) => all.map((look) => readLook(look, words, program))),
      tables: {
        stride,
        firstLoud,
        classes: tables['classes'] as Uint8Array,
        next: tables['next'] as Uint16Array,
        starts: readStarts('text', tables),
        texts: tables['texts'] as Uint16Array,
      },
      starts: readStarts('ask', tables),
      asks: tables['asks'] as Uint32Array,
      open: profiles.map((_, profile) => open.subarray(profile * words, (profile + 1) * words)),
      groups: tables['groups'] as Int32Array,
    },
  };
}

function readLook([name, rules, steps, choosy]: StoredLook, words: number, program: Program): Look {
  const field = findField(name);
  if (field === undefined) throw new Error(`this rule asset reads \`${name}\`, which does not exist: write it again`);
  return {
    field,
    rules: setOf(rules, words),
    steps: steps.map((step) => readStep(step, program)),
    choosy: choosy.map(([bit, reads, leaves]) => ({ bit, reads, leaves })),
  };
}

function readStep(stored: StoredStep, program: Program): Step {
  const [name, parent, triggers, lowered, shortest, least, rules, several, few] = stored;
  const transform = name === null ? null : program.transform(name);
  return {
    transform,
    parent,
    triggers,
    lowers: transform?.name === 'lowercase',
    lowered,
    shortest,
    least,
    rules,
    several,
    few,
  };
}

function setOf(numbers: Numbers, words: number): Uint32Array {
  const set = new Uint32Array(words);
  for (const bit of numbers) add(set, bit);
  return set;
}

function readPlan({ phases, history }: StoredPlan): Plan {
  return { history, phases: eachLater(phases, readPhase) };
}

function readPhase({ turns, always, screened, neutral, decided, before, writes }: StoredPhase): PhasePlan {
  return {
    turns: Uint8Array.from(turns),
    always: Uint32Array.from(always),
    screened: Uint32Array.from(screened),
    neutral: Uint8Array.from(neutral),
    decided: Uint8Array.from(decided),
    before: Uint32Array.from(before),
    writes: new Map(writes),
  };
}

function readStarts(name: string, tables: Readonly<Record<string, Table>>): Starts {
  return { blocks: tables[`${name}Blocks`] as Uint32Array, within: tables[`${name}Within`] as Uint16Array };
}
