import type { Exchange } from '../flow/exchange.ts';
import { cacheResultFact } from '../flow/shared-facts.ts';
import { Body, type BodyFlow } from '../http/body.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { parseRange } from '../http/range.ts';
import type { AccessRecord, AccessResult } from '../trace/access.ts';
import { redactTarget } from '../trace/redact.ts';
import { accessResult, brokeOff, hungUp } from '../edge/result.ts';

type Done = (bytes: number, ending: 'whole' | 'left' | 'broken') => void;

/** The answer, and its access record once its last byte has gone, or the viewer has. */
export function watched(
  exchange: Exchange,
  response: HttpResponse,
  secrets: ReadonlySet<string>,
  write: (record: AccessRecord) => void,
): HttpResponse {
  const firstByteMs = exchange.trace.elapsed();
  const began = accessResult(response, exchange.facts.get(cacheResultFact) ?? null);
  const done: Done = (bytes, ending) =>
    write(recordOf(exchange, response, secrets, { firstByteMs, began, bytes, ending }));
  const { body } = response;
  if (body === null || body.whole !== null) {
    done(body?.length ?? 0, exchange.departure.gone ? 'left' : 'whole');
    return response;
  }
  return { ...response, body: counted(body, done) };
}

function counted(body: Body, done: Done): Body {
  return Body.from((sink): BodyFlow => {
    let bytes = 0;
    let over = false;
    const finish = (ending: 'whole' | 'left' | 'broken'): void => {
      if (!over) done(bytes, ending);
      over = true;
    };
    const flow = body.start({
      data(chunk) {
        bytes += chunk.length;
        sink.data(chunk);
      },
      end() {
        finish('whole');
        sink.end();
      },
      fail(thrown) {
        finish('broken');
        sink.fail(thrown);
      },
    });
    return {
      pause: () => flow.pause(),
      resume: () => flow.resume(),
      cancel() {
        finish('left');
        flow.cancel();
      },
    };
  }, body.length);
}

interface Ending {
  readonly firstByteMs: number;
  readonly began: AccessResult;
  readonly bytes: number;
  readonly ending: 'whole' | 'left' | 'broken';
}

function recordOf(exchange: Exchange, response: HttpResponse, secrets: ReadonlySet<string>, end: Ending): AccessRecord {
  const { arrived, viewer, trace, clock } = exchange;
  const { headers } = arrived;
  const nothing = end.ending === 'left' && end.bytes === 0;
  const length = response.headers.get('content-length');
  return {
    id: trace.id,
    at: clock.now(),
    method: arrived.method,
    host: headers.get('host') ?? null,
    target: redactTarget(arrived.target, secrets),
    version: arrived.version,
    secure: viewer.secure,
    tls: viewer.tls ?? null,
    client: { address: viewer.address, port: viewer.port },
    referer: maskedUrl(headers.get('referer'), secrets),
    userAgent: headers.get('user-agent') ?? null,
    forwardedFor: headers.joined('x-forwarded-for') ?? null,
    status: nothing ? 0 : response.status,
    bytesIn: requestHead(arrived) + (arrived.body?.length ?? 0),
    bytesOut: nothing ? 0 : headBytes(response.headers) + `HTTP/1.1 ${response.status} \r\n`.length + end.bytes,
    firstByteMs: end.firstByteMs,
    ms: trace.elapsed(),
    contentType: response.headers.get('content-type') ?? null,
    contentLength: length === undefined ? null : Number(length),
    range: rangeOf(headers.get('range')),
    began: end.began,
    ended: end.ending === 'whole' ? end.began : end.ending === 'left' ? hungUp : brokeOff,
  };
}

/** What the head weighs in HTTP/1.1, whatever version it went in: the same measure for every line. */
const headBytes = (headers: HeaderList): number => headers.flat.reduce((sum, text) => sum + text.length + 2, 2);
const requestHead = (request: HttpRequest): number =>
  request.method.length + request.target.length + ' HTTP/1.1 \r\n'.length - 1 + headBytes(request.headers);

const maskedUrl = (url: string | undefined, secrets: ReadonlySet<string>): string | null =>
  url === undefined ? null : redactTarget(url, secrets);

function rangeOf(field: string | undefined): AccessRecord['range'] {
  const [first] = parseRange(field) ?? [];
  if (!first) return null;
  return 'last' in first ? { from: null, to: first.last } : { from: first.from, to: first.to };
}
