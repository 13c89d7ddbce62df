import type { CompiledRule, Program } from '../program.ts';
import { phases } from '../rule.ts';
import { readsTraces } from './conduct.ts';
import { entriesOf, type Entries } from './entries.ts';
import { fold, Turn, type Assumption, type Plan } from './fold.ts';
import { memosOf, type MemoPlan } from './memo.ts';
import { planScreen } from './screen-plan.ts';
import type { ScreenPlan } from './screen-shape.ts';

/** Everything that is worked out about a program before it runs: plain data, which an asset keeps. */
export interface Decisions {
  readonly screen: ScreenPlan;
  readonly plans: Readonly<Record<Assumption, Plan>>;
  readonly memos: readonly MemoPlan[];
  readonly start: Assumption;
}

/** Reads every pattern of the program; an asset saves a cold start from that. */
export function decide(program: Program): Decisions {
  const loud = fold(program, 'loud', (rule, filled) => entriesOf(rule, filled) !== null);
  const entries = (rule: CompiledRule): Entries | null => entriesOf(rule, loud.filled);
  const quiet = fold(program, 'quiet', (rule) => entries(rule) !== null);
  const wanted = rulesAt(program, Turn.screened, [quiet, loud]);
  const surely = (rule: CompiledRule): boolean => wanted.has(rule) && entries(rule)?.presumes === false;
  return {
    screen: planScreen(program, (rule) => (wanted.has(rule) ? entries(rule) : null)),
    plans: { quiet, loud, plain: fold(program, 'plain', surely) },
    memos: memosOf(program),
    start: readsTraces(program) ? 'plain' : 'quiet',
  };
}

function rulesAt(program: Program, turn: number, plans: readonly Plan[]): ReadonlySet<CompiledRule> {
  const found = new Set<CompiledRule>();
  for (const plan of plans) {
    for (const phase of phases) {
      for (const [at, rule] of program.phases[phase].entries())
        if (plan.phases[phase].turns[at] === turn) found.add(rule);
    }
  }
  return found;
}
