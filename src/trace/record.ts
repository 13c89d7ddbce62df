import type { HttpResponse } from '../http/message.ts';
import { redactTarget } from './redact.ts';
import type { NoteFacts, Trace } from './trace.ts';

export interface RecordStep {
  readonly stage: string;
  /** Milliseconds after arrival at which it was entered; null when it was not reached. */
  readonly entered: number | null;
  readonly notes: readonly { readonly what: string; readonly at: number; readonly facts?: NoteFacts }[];
}

/** The finished story of one request: one flat shape for every sink. */
export interface DecisionRecord {
  readonly kind: 'decision';
  readonly id: string;
  /** ISO 8601, when the request arrived. */
  readonly time: string;
  /** Of the document that decided. */
  readonly version: string;
  readonly method: string;
  readonly host: string | null;
  readonly path: string;
  readonly client: string;
  readonly tenant: string | null;
  readonly route: string | null;
  readonly key: string | null;
  readonly status: number;
  readonly from: string;
  /** The reason's or fault's code; null when an integration answered. */
  readonly code: string | null;
  /** What the cache had to do with the answer; null where none was asked. */
  readonly cache: 'Hit' | 'RefreshHit' | 'Miss' | 'Error' | null;
  /** Milliseconds from arrival to the answer's head. */
  readonly ms: number;
  /**
   * Of these, milliseconds that origins were waited for: until an answer's header was there, or none was to come, all
   * attempts together. Null where none was asked.
   */
  readonly originMs: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  /** Kept for refusals, faults and a sample; null where it was not kept. */
  readonly steps: readonly RecordStep[] | null;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** What each stage noted. A URL among the facts loses its secrets here, whichever stage wrote it down. */
export function stepsOf(trace: Trace, secrets: ReadonlySet<string>): RecordStep[] {
  const extra = new Set<string>();
  for (const note of trace.notes) if (!trace.stages.includes(note.stage)) extra.add(note.stage);
  const notesOf = (stage: string): RecordStep['notes'] =>
    trace.notes
      .filter((note) => note.stage === stage)
      .map(({ what, at, facts }) =>
        facts ? { what, at: round(at), facts: withoutSecrets(facts, secrets) } : { what, at: round(at) },
      );
  const steps = trace.stages.map((stage, at): RecordStep => {
    const entered = trace.entered[at];
    return { stage, entered: entered === undefined ? null : round(entered), notes: notesOf(stage) };
  });
  // A part that is no stage of its own (an origin's pool, say) may have something to tell as well.
  for (const stage of extra) steps.push({ stage, entered: null, notes: notesOf(stage) });
  return steps;
}

function withoutSecrets(facts: NoteFacts, secrets: ReadonlySet<string>): NoteFacts {
  const queried = Object.entries(facts).filter(([, value]) => typeof value === 'string' && value.includes('?'));
  if (queried.length === 0) return facts;
  return {
    ...facts,
    ...Object.fromEntries(queried.map(([name, value]) => [name, redactTarget(String(value), secrets)])),
  };
}

/** The code that an answer bears: ours if we refused or broke, none if somebody behind us answered. */
export function codeOf(response: HttpResponse): string | null {
  return response.from.by === 'refusal' || response.from.by === 'fault' ? response.from.code : null;
}
