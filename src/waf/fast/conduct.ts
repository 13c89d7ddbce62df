import type { SetVariable } from '../actions/setvar.ts';
import type { Control } from '../control.ts';
import type { CompiledEffect, CompiledLink, CompiledRule, Program } from '../program.ts';
import { phases } from '../rule.ts';
import { takesNotes, type Assumption, type Plan } from './fold.ts';

/** What a rule can do to the rest of the program once some of its links have hit. */
export const Conduct = {
  /** Nothing that a rule after it could see. */
  calm: 0,
  /** It writes variables, jumps, or ends something: what was taken for granted about scores does not hold. */
  loud: 1,
  /** It switches off rules that others were reckoned from: nothing that was worked out about those holds. */
  removes: 2,
} as const;

type Plans = Readonly<Record<Assumption, Plan>>;

/** Worked out rule by rule when one of them hits for the first time: most never do. */
export class Conducts {
  readonly #program: Program;
  readonly #plans: Plans;
  readonly #known: (Uint8Array | undefined)[] = [];

  constructor(program: Program, plans: Plans) {
    this.#program = program;
    this.#plans = plans;
  }

  /** By how many of the rule's links have hit: what has been done then. The last entry is for a whole match. */
  of(rule: CompiledRule): Uint8Array {
    return (this.#known[rule.index] ??= this.#workOut(rule));
  }

  #workOut(rule: CompiledRule): Uint8Array {
    const conduct = new Uint8Array(rule.links.length + 2);
    const notes = takesNotes(rule);
    let sofar: number = Conduct.calm;
    for (const [i, link] of rule.links.entries()) {
      conduct[i + 1] = sofar = Math.max(sofar, this.#ofLink(link, notes));
    }
    conduct[rule.links.length + 1] = Math.max(sofar, ofMatch(rule, this.#isNeutral(rule)));
    return conduct;
  }

  /** Its jump makes no difference. */
  #isNeutral(rule: CompiledRule): boolean {
    const { phase } = rule.rule;
    return this.#plans.quiet.phases[phase].neutral[this.#program.phases[phase].indexOf(rule)] === 1;
  }

  /** `expected`: the quiet plan was made with what the link does, see `fold.ts`; so it was for every link but the last. */
  #ofLink(link: CompiledLink, notes: boolean): number {
    const expected = notes || !link.last;
    const captures = link.capture && !expected ? Conduct.loud : Conduct.calm;
    return link.effects.reduce<number>((most, effect) => Math.max(most, this.#ofEffect(effect, expected)), captures);
  }

  #ofEffect({ action, data }: CompiledEffect, expected: boolean): number {
    if (action.name === 'setvar' && expected && (data as SetVariable).how !== 'unset') return Conduct.calm;
    if (action.name !== 'ctl') return Conduct.loud;
    const control = data as Control;
    if (control.set === 'remove') return this.#isReckoned(control) ? Conduct.removes : Conduct.calm;
    // What was decided at load reads nothing but TX, so that leaving out another field changes none of it.
    return control.set === 'remove-target' && control.target.field === 'TX' ? Conduct.removes : Conduct.calm;
  }

  #isReckoned({ rules }: Extract<Control, { set: 'remove' }>): boolean {
    const mask = this.#program.mask(rules);
    // Rules that surely match, and on which others hang.
    return [this.#plans.quiet, this.#plans.loud].some((plan) =>
      phases.some((phase) => {
        const { decided } = plan.phases[phase];
        return this.#program.phases[phase].some(({ index }, at) => decided[at] === 1 && mask[index] === 1);
      }),
    );
  }
}

function ofMatch({ rule }: CompiledRule, neutral: boolean): number {
  const jumps = (rule.skip > 0 || rule.skipAfter !== null) && !neutral;
  return jumps || rule.disruption.kind !== 'pass' ? Conduct.loud : Conduct.calm;
}

/** Does a rule read what the last rule that matched left behind? Then no match may be left out. */
export function readsTraces(program: Program): boolean {
  return program.rules.some(({ links }) => {
    const { condition } = links[0]!;
    return condition.kind === 'match' && condition.targets.some(({ field }) => traces.has(field.name));
  });
}

const traces = new Set(['MATCHED_VAR', 'MATCHED_VAR_NAME', 'RULE']);
