/**
 * What all searches of one request may take together where no automaton runs them. Phases run without a pause, so one
 * meter serves all requests: whoever runs a phase sets it before and reads it after.
 */
export const meter: {
  /** Instructions that are left. */
  left: number;
  /** The first pattern that was cut off; null when none was. */
  cut: string | null;
} = { left: Number.POSITIVE_INFINITY, cut: null };

/** About what a machine of today does; a budget of time is reckoned in steps, so that it cuts at the same place everywhere. */
export const stepsPerMs = 40_000;

/** What searches may take that are made after a phase, to show where its hits were: nothing hangs on them. */
export const stepsForEvidence = 10 * stepsPerMs;
