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
}
