import type { Selector } from '../condition.ts';
import type { FieldDefinition } from '../field.ts';
import type { CompiledMatch } from '../program.ts';
import type { Phase } from '../rule.ts';
import type { TransformDefinition } from '../transform.ts';
import type { Entry } from './entries.ts';

/** One condition of a rule as the screen knows it: its number, and what it needs of a value. */
export interface Screened extends Entry {
  readonly bit: number;
  readonly phase: Phase;
  /** Its place in its phase. */
  readonly at: number;
  /** Nothing else has to hold for the rule's turn to come. */
  readonly alone: boolean;
  /** It compares after each step, not only after the last. */
  readonly several: boolean;
  /** One of its steps is `lowercase`. */
  readonly lowers: boolean;
  /** One bit for each profile of which no value can be a hit. */
  readonly never: number;
  /** Fewest bytes of a value that is a hit. */
  readonly shortest: number;
}

/** The same while its plan is made. */
export interface Reader extends Screened {
  readonly condition: CompiledMatch;
}

/** One step in the tree of transformations of one field, in an order in which parents come first. */
export interface Step {
  /** Null for the first step, which is the value as it came. */
  readonly transform: TransformDefinition | null;
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
  readonly few: readonly number[] | null;
  /** Rules whose condition looks at the value after this step: lists, because most hold one or none. */
  readonly rules: readonly number[];
  /** Those of them that look at it at other steps too. */
  readonly several: readonly number[];
}

/** A rule for which a value's name matters: it reads one of `reads`, and nothing of `leaves`. */
export interface Choosy {
  readonly bit: number;
  readonly reads: readonly Selector[];
  readonly leaves: readonly Selector[];
}

/** One look at one field: for whom, and through which transformations. */
export interface Look {
  readonly field: FieldDefinition;
  /** Rules that read the field at all. */
  readonly rules: Uint32Array;
  readonly steps: readonly Step[];
  /** Those that read one name only, or leave names out. Empty: no name matters. */
  readonly choosy: readonly Choosy[];
}
