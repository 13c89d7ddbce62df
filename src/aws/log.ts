import type { DecisionRecord } from '../trace/record.ts';
import type { Sink } from '../ports/sink.ts';
import type { BadEvent } from './event.ts';

/** One line of JSON; Lambda sends what is written here to CloudWatch Logs. */
export type Write = (line: string) => void;

export const toStdout: Write = (line) => void process.stdout.write(`${line}\n`);

/** Decisions as lines. */
export const lines = (write: Write): Sink => ({
  name: 'lambda',
  write: (record: DecisionRecord) => write(JSON.stringify(record)),
  async flush() {},
});

/** An event that never became a request still leaves its line. */
export function logRefusal(write: Write, door: string, { reason, says }: BadEvent, now: number): void {
  write(
    JSON.stringify({
      kind: 'refusal',
      time: new Date(now).toISOString(),
      door,
      code: reason.code,
      status: reason.status,
      says,
    }),
  );
}
