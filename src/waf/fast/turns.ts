import type { CompiledRule, Program } from '../program.ts';
import type { PhasePlan } from './fold.ts';
import { hangsOnHead } from './lasting.ts';

/** Most sets of turns that are kept for one head. */
const most = 8;

/** Which rules' turns come whatever is screened, and which of those that come do not look at the body. */
export class BodyRules {
  /** No rule whose turn always comes looks at the body. */
  readonly worth: boolean;
  readonly #rules: readonly CompiledRule[];
  readonly #plan: PhasePlan;
  readonly #program: Program;
  readonly #apart: (boolean | undefined)[] = [];

  constructor(program: Program, plan: PhasePlan) {
    this.#program = program;
    this.#rules = program.phases[2];
    this.#plan = plan;
    this.worth = this.areApart(new Uint32Array(plan.always.length));
  }

  /** None of the rules whose turns come looks at the body. */
  areApart(places: Uint32Array): boolean {
    const { always, screened } = this.#plan;
    return this.#rules.every((rule, at) => {
      const word = at >>> 5;
      const comes = always[word]! | (screened[word]! & places[word]!);
      return (comes & (1 << (at & 31))) === 0 || (this.#apart[at] ??= hangsOnHead(this.#program, rule));
    });
  }
}

/** Sets of turns that bodies under one head came to and that end in a pass whatever else stands in the body. */
export class Turns {
  readonly #known: Uint32Array[] = [];
  readonly #rules: BodyRules;
  #last: Uint32Array | null = null;

  constructor(rules: BodyRules) {
    this.#rules = rules;
  }

  has(places: Uint32Array): boolean {
    for (const known of this.#known) if (areEqual(known, places)) return true;
    this.#last = this.#known.length < most ? places.slice() : null;
    return false;
  }

  /** The body that was asked about last passed. */
  keep(): void {
    if (this.#last !== null && this.#rules.areApart(this.#last)) this.#known.push(this.#last);
    this.#last = null;
  }
}

function areEqual(a: Uint32Array, b: Uint32Array): boolean {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return false;
  return true;
}
