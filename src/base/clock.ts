/** Time is handed in. Nothing outside this file asks the system what time it is. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never jump; only differences mean something. */
  ticks(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
};

/** A clock that a test turns by hand. */
export interface ManualClock extends Clock {
  /** Moves time forward by so many milliseconds. */
  turn(ms: number): void;
}

export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  return {
    now: () => now,
    ticks: () => now - start,
    turn(ms) {
      now += ms;
    },
  };
}
