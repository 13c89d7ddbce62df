import type { Sight } from '../../condition.ts';

/** Why a statement held: what it compared, in AWS's words, with the value that it saw. */
export interface Because {
  /** e.g. `ByteMatchStatement`. */
  readonly statement: string;
  /** e.g. `header user-agent`; '' where no component is compared. */
  readonly component: string;
  /** After the transformations, cut at 256 bytes; a byte string. */
  readonly seen: string;
  readonly certainty: 'exact' | 'approximate';
}

const notes = new WeakMap<object, Because[]>();
const most = 50;

export function note(sight: Sight, because: Because): void {
  const known = notes.get(sight);
  if (!known) notes.set(sight, [because]);
  else if (known.length < most) known.push(because);
}

/** Everything that held so far, in order. */
export const becauseOf = (sight: Sight): readonly Because[] => notes.get(sight) ?? [];
