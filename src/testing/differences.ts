/**
 * What a Lambda door cannot do as the Node shell does it, because of what AWS sends to it or takes from it. Stories that
 * tell of these skip the door by the difference's name, and the reference page of doors is written from this list.
 */
export interface Difference {
  /** Names of shells. */
  readonly doors: readonly string[];
  readonly says: string;
}

const both = ['HTTP API', 'function URL'] as const;

export const differences = {
  'doubled-header': {
    doors: both,
    says: 'Payload 2.0 joins the lines of a doubled header field with a comma, so a doubled field looks like one with a list.',
  },
} as const satisfies Readonly<Record<string, Difference>>;

export type DifferenceName = keyof typeof differences;

/** Shell to reason, as a story's `skip` has it. */
export const skipFor = (...names: readonly DifferenceName[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.flatMap((name) => differences[name].doors.map((door) => [door, differences[name].says])));
