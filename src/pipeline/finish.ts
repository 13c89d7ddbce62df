import type { Answers, Logging } from '../config/logging.ts';
import type { Exchange } from '../flow/exchange.ts';
import { cacheResultFact, keyFact, routeFact, tenantFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import { provenance, type HttpResponse } from '../http/message.ts';
import { originMsFact } from '../integration/origin-time.ts';
import type { Sink } from '../ports/sink.ts';
import type { AccessRecord } from '../trace/access.ts';
import { redactTarget } from '../trace/redact.ts';
import { codeOf, stepsOf, type DecisionRecord } from '../trace/record.ts';
import { watched } from './access-record.ts';

export interface FinishOptions {
  readonly version: string;
  readonly sinks: readonly Sink[];
  readonly logging: Logging;
  readonly answers: Answers;
  /** Query parameters whose values never leave, in lower case. */
  readonly secrets: ReadonlySet<string>;
}

/** Outermost stage: whatever happened, the answer gets its trace id and the record goes to the sinks, once. */
export function finish(options: FinishOptions): Stage {
  const { sinks, secrets } = options;
  const watching = sinks.filter((sink) => sink.access !== undefined);
  const access = (record: AccessRecord): void => {
    for (const sink of watching) sink.access?.(record);
  };
  const close = (exchange: Exchange, response: HttpResponse): HttpResponse => {
    if (sinks.length > 0) {
      const record = recordOf(exchange, response, options);
      for (const sink of sinks) sink.write(record);
    }
    const answer = signed(exchange, response, options.answers);
    return watching.length === 0 ? answer : watched(exchange, answer, secrets, access);
  };
  return {
    name: 'finish',
    handle(exchange, next) {
      return onTheWayOut(next(exchange), (response) => close(exchange, response));
    },
  };
}

function signed(exchange: Exchange, response: HttpResponse, answers: Answers): HttpResponse {
  if (!answers.traceHeader && !answers.codeHeader) return response;
  const flat = [...response.headers.flat];
  if (answers.traceHeader) flat.push('x-sallyport-trace', exchange.trace.id);
  if (answers.codeHeader) {
    flat.push('x-sallyport-from', provenance(response.from));
    const code = codeOf(response);
    if (code) flat.push('x-sallyport-code', code);
  }
  return { status: response.status, headers: HeaderList.fromFlat(flat), body: response.body, from: response.from };
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

function recordOf(exchange: Exchange, response: HttpResponse, options: FinishOptions): DecisionRecord {
  const { arrived, facts, trace, viewer } = exchange;
  const code = codeOf(response);
  const ms = trace.elapsed();
  const originMs = facts.get(originMsFact);
  const kept =
    options.logging.keepSteps === 'all' ||
    (options.logging.keepSteps === 'refusals' && (code !== null || sampled(trace.id, options.logging.sample)));
  return {
    kind: 'decision',
    id: trace.id,
    time: new Date(exchange.clock.now() - ms).toISOString(),
    version: options.version,
    method: arrived.method,
    host: arrived.headers.get('host') ?? null,
    path: redactTarget(arrived.target, options.secrets),
    client: viewer.address,
    tenant: facts.get(tenantFact) ?? null,
    route: facts.get(routeFact)?.name ?? null,
    key: facts.get(keyFact)?.id ?? null,
    status: response.status,
    from: provenance(response.from),
    code,
    cache: facts.get(cacheResultFact) ?? null,
    ms: rounded(ms),
    originMs: originMs === undefined ? null : rounded(originMs),
    bytesIn: arrived.body === null ? 0 : arrived.body.length,
    bytesOut: response.body === null ? 0 : response.body.length,
    steps: kept ? stepsOf(trace, options.secrets) : null,
  };
}

/** The id's random end decides, so that every part of a system that samples by id keeps the same requests. */
function sampled(id: string, share: number): boolean {
  if (share <= 0) return false;
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let value = 0;
  for (const char of id.slice(-4)) value = value * 32 + digits.indexOf(char);
  return value / 32 ** 4 < share;
}
