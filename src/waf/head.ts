import type { Inspection } from './inspection.ts';

/** Phase 1, run once for a head that many bodies follow: the messages of a connection. */
export interface Head {
  /** One body: `requestHead` has been answered, with a pass. */
  inspect(): Inspection;
  /**
   * After the body, and a pass: would the same body pass again, with nothing counted, timed or kept? Then it need not be
   * asked about a second time.
   */
  isSettled(inspection: Inspection): boolean;
  /** A byte string: does this body pass as another did, so that nobody need be asked? False when that is not known. */
  passes(body: string): boolean;
  /** The body that `passes` was asked about last passed, is settled, and nothing was found in it that is told. */
  passed(): void;
}
