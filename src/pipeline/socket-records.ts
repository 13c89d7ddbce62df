import type { Clock } from '../base/clock.ts';
import type { Sink } from '../ports/sink.ts';
import type { Dropped } from '../socket/happening.ts';
import { reasons } from '../socket/reasons.ts';
import type { DecisionRecord, RecordStep } from '../trace/record.ts';

/** One rate record per connection and second: a flood must not become a flood of lines. */
const RATE_EVERY_MS = 1000;

/** Writes down each message that was not let through, as one decision; its id stands in the error frame. */
export class MessageRecords {
  readonly #sinks: readonly Sink[];
  readonly #clock: Clock;
  readonly #lastRate = new WeakMap<object, number>();

  constructor(sinks: readonly Sink[], clock: Clock) {
    this.#sinks = sinks;
    this.#clock = clock;
  }

  /** @param api name of the API @param version of the document that decided */
  write(dropped: Dropped, api: string, version: string): void {
    const now = this.#clock.now();
    const { session, reason } = dropped;
    if (this.#sinks.length === 0 || reason === 'message-slow') return;
    if (reason === 'message-rate') {
      if (now - (this.#lastRate.get(session) ?? -RATE_EVERY_MS) < RATE_EVERY_MS) return;
      this.#lastRate.set(session, now);
    }
    const record = recordOf(dropped, api, version, now);
    for (const sink of this.#sinks) sink.write(record);
  }
}

function recordOf(dropped: Dropped, api: string, version: string, now: number): DecisionRecord {
  const { session, routeKey, requestId, why, says, bytes, closed } = dropped;
  const { code, status } = reasons[dropped.reason];
  const message = { connection: session.id, bytes, rule: why, says: says.slice(0, 200) };
  const steps: RecordStep[] = [
    ...stepsOf(dropped.notes),
    { stage: 'socket', entered: 0, notes: [{ what: closed ? 'closed 1008' : 'dropped', at: 0, facts: message }] },
  ];
  return {
    kind: 'decision',
    id: requestId,
    time: new Date(now).toISOString(),
    version,
    method: 'MESSAGE',
    host: session.facts.domainName,
    path: `/${routeKey}`,
    client: session.address,
    tenant: null,
    route: api,
    key: session.key,
    status: closed ? 1008 : status,
    from: `refusal ${code}`,
    code,
    cache: null,
    ms: 0,
    originMs: null,
    bytesIn: bytes,
    bytesOut: null,
    steps,
  };
}

function stepsOf(notes: Dropped['notes']): RecordStep[] {
  const byStage = new Map<string, { what: string; at: number; facts?: (typeof notes)[number]['facts'] }[]>();
  for (const { stage, what, at, facts } of notes) {
    const list = byStage.get(stage) ?? [];
    byStage.set(stage, list);
    list.push(facts === undefined ? { what, at } : { what, at, facts });
  }
  return [...byStage].map(([stage, list]) => ({ stage, entered: 0, notes: list as RecordStep['notes'] }));
}
