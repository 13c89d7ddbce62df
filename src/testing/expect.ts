import { provenance, type Provenance } from '../http/message.ts';
import type { DecisionRecord } from '../trace/record.ts';

/** What a shell brought back, as far as these checks look at it. */
export interface Checked {
  readonly status: number;
  readonly body: string;
  /** Of the same request; null where its steps were not kept. */
  readonly record: DecisionRecord | null;
}

/** Thrown by the checks below; any test runner shows its message. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

const told = (answer: Checked): string =>
  `${answer.status} ${JSON.stringify(answer.body.slice(0, 200))}, ${answer.record ? `by ${answer.record.from}` : 'without a record'}`;

/** Refused by Sallyport itself, or broken on its way, with this very code; with `status` where it matters. */
export function toBeRefused(answer: Checked, code: string, status?: number): void {
  const found = answer.record?.code ?? null;
  if (found !== code) throw new Unexpected(`wanted a refusal with code ${code}, found ${told(answer)}`);
  if (status !== undefined && answer.status !== status)
    throw new Unexpected(`wanted status ${status} with ${code}, found ${told(answer)}`);
}

/** Answered by whom: `'integration orders'`, or the provenance itself. An address behind the name is not looked at. */
export function toComeFrom(answer: Checked, from: string | Provenance): void {
  const wanted = typeof from === 'string' ? from : provenance(from);
  const found = answer.record?.from ?? '';
  if (found !== wanted && !found.startsWith(`${wanted} `))
    throw new Unexpected(`wanted an answer from ${wanted}, found ${told(answer)}`);
}

/** A note of this stage says so; with these facts among others. */
export function toHaveNoted(
  answer: Checked,
  stage: string,
  what: string,
  facts: Readonly<Record<string, unknown>> = {},
): void {
  const notes = (answer.record?.steps ?? []).filter((step) => step.stage === stage).flatMap((step) => step.notes);
  const hit = notes.some(
    (note) => note.what === what && Object.entries(facts).every(([name, value]) => note.facts?.[name] === value),
  );
  if (!hit)
    throw new Unexpected(`wanted ${stage} to note "${what}" ${JSON.stringify(facts)}, found ${JSON.stringify(notes)}`);
}

/** The request never came to this stage. */
export function toHaveMissed(answer: Checked, stage: string): void {
  const step = (answer.record?.steps ?? []).find((each) => each.stage === stage);
  if (!step)
    throw new Unexpected(
      `there is no stage ${stage} in ${JSON.stringify(answer.record?.steps?.map((each) => each.stage))}`,
    );
  if (step.entered !== null) throw new Unexpected(`wanted ${stage} not to be reached, but it was`);
}
