import { messageOf } from '../base/fault.ts';
import { restShape, type RestEvent } from '../events/rest.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { App } from '../pipeline/app.ts';
import { flawOf, restWanted, type BadEvent } from './event.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { whole } from './rest-event.ts';
import { fit } from './fit.ts';
import { opened, type AppSource, type DoorOptions } from './start.ts';

/** One message of an SQS event; its body is a request in the form of a REST API's event, as JSON. */
interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly eventSourceARN: string;
}

/** What Lambda reads when the event source mapping has `ReportBatchItemFailures`: what is named here comes again. */
export interface QueueResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface QueueOptions extends DoorOptions {
  /** Milliseconds kept back at the end of the function's time for the answer itself; 500 when left out. */
  readonly reserveMs?: number;
}

/** Bytes of an answer that are read to the end; the rest of a longer one is given up. */
const mostAnswer = 1024 * 1024;

interface Context {
  getRemainingTimeInMillis?(): number;
}

/**
 * Requests that an API has put into a queue, delivered through the whole line. Delivered is what is answered below 400, and
 * what the rules refuse for good: it is logged and dropped, since asking again would not change the verdict. Everything else
 * (429, 5xx, an error status of the target, no answer in time, a message that is no request) is reported, so that SQS shows
 * it again and moves it to the dead letters in the end. An event that is no batch throws: nothing of it may be taken as done.
 */
export function queue(
  source: AppSource,
  options: QueueOptions = {},
): (event: unknown, context?: Context) => Promise<QueueResult> {
  const app = opened(source, options);
  const deny = (bad: BadEvent): void => logRefusal(app.write, 'queue', bad, app.clock.now());
  return async (event, context) => {
    const records = (event as { Records?: unknown } | null)?.Records;
    if (!Array.isArray(records) || !records.every(isRecord)) {
      const reason = lambdaReasons['event-shape'];
      deny({ reason, says: 'Records is no list of messages' });
      throw new Error(`${reason.code}: the event is no batch of an SQS queue`);
    }
    const line = await app.app();
    if ('reason' in line) {
      deny(line);
      return failed(records);
    }
    const left = context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
    const end = app.clock.now() + left - (options.reserveMs ?? 500);
    const deliver = async (record: QueueRecord): Promise<boolean> => {
      const bad = await delivered(line, record, end - app.clock.now());
      if (bad) deny({ ...bad, says: `message ${record.messageId}: ${bad.says}` });
      return bad === null;
    };
    const result = records[0]?.eventSourceARN.endsWith('.fifo')
      ? await inOrder(records, deliver)
      : failed(await notDelivered(records, deliver));
    await line.settle();
    return result;
  };
}

/** What stands behind a failure must not go before it: the rest of the batch waits with it. */
async function inOrder(
  records: readonly QueueRecord[],
  deliver: (record: QueueRecord) => Promise<boolean>,
): Promise<QueueResult> {
  for (const [at, record] of records.entries()) if (!(await deliver(record))) return failed(records.slice(at));
  return failed([]);
}

async function notDelivered(
  records: readonly QueueRecord[],
  deliver: (record: QueueRecord) => Promise<boolean>,
): Promise<readonly QueueRecord[]> {
  const done = await Promise.all(records.map(deliver));
  return records.filter((_, at) => done[at] === false);
}

const failed = (records: readonly QueueRecord[]): QueueResult => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

const isRecord = (value: unknown): value is QueueRecord =>
  flawOf(value, { messageId: 'text', eventSourceARN: 'text' }) === null &&
  typeof (value as { body?: unknown }).body === 'string';

/** Null when the message is done with. */
async function delivered(line: App, record: QueueRecord, within: number): Promise<BadEvent | null> {
  try {
    const event = JSON.parse(record.body) as unknown;
    const flaw = flawOf(event, restWanted);
    if (flaw) return flaw;
    const { request, viewer } = restShape.fromEvent(whole(event as RestEvent));
    const response = await inTime(answered(line, fit(request), viewer), within);
    if (response === null) return { reason: lambdaReasons.undelivered, says: 'no answer in the time of the function' };
    const { status, from } = response;
    const final = from.by === 'refusal' && status < 500 && status !== 429;
    return status < 400 || final ? null : { reason: lambdaReasons.undelivered, says: `answered ${status}` };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return { reason: lambdaReasons['event-shape'], says: 'its body is no JSON' };
    return { reason: lambdaReasons.broken, says: messageOf(thrown) };
  }
}

/** Nobody reads the answer's body, but it has to flow: the connection is free again afterwards, and the trace is whole. */
async function answered(line: App, request: HttpRequest, viewer: Viewer): Promise<HttpResponse> {
  const response = await line.handle(request, viewer);
  // The target has had the request; a body that breaks off does not undo that.
  await response.body?.bytes(mostAnswer).catch(() => {});
  return response;
}

async function inTime(answer: Promise<HttpResponse>, within: number): Promise<HttpResponse | null> {
  if (within === Number.POSITIVE_INFINITY) return answer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(0, within));
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
