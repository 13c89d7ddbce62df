import { Body, type BodyFlow, type BodySink } from '../http/body.ts';
import { isStrongTag } from '../http/etag.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { parseContentRange } from '../http/range.ts';
import type { Asked } from './asked.ts';
import type { Entry } from './entry.ts';
import { updatedFields } from './revalidate.ts';

/**
 * The request for what a stored part lacks; null where the part is no beginning, or bears no strong tag by which the two
 * could be known to belong together (RFC 9110 section 15.3.7.3): asking for it would be a trip in vain.
 */
export function restOf(request: HttpRequest, start: Entry | null): HttpRequest | null {
  const part = start?.head.part;
  if (!start || !part || part.from !== 0 || part.size === null) return null;
  if (start.etag === undefined || !isStrongTag(start.etag)) return null;
  const headers = request.headers.append('Range', `bytes=${part.to + 1}-`).append('If-Range', start.etag);
  return { ...request, headers };
}

/**
 * The whole of a stored beginning and the rest that has just come (RFC 9111 section 3.4): fields of the newer answer in
 * place of the stored ones, bytes one after the other. Null when the two do not belong together; the rest is given up.
 */
export async function joined(asked: Asked, start: Entry, response: HttpResponse): Promise<HttpResponse | null> {
  const part = start.head.part as NonNullable<Entry['head']['part']>;
  const range = parseContentRange(response.headers.get('content-range'));
  const fits =
    range !== null &&
    range.from === part.to + 1 &&
    range.size === part.size &&
    range.to + 1 === range.size &&
    response.headers.get('etag') === start.etag;
  const rest = response.body;
  const stored = fits && rest ? await asked.room.store.read(start.object, 0, start.object.size) : null;
  if (!stored || !rest || (rest.length !== null && rest.length !== start.size - part.to - 1)) {
    rest?.cancel();
    return null;
  }
  const flat = updatedFields(start.headers, response.headers.without('content-range'), asked.policy);
  const headers = HeaderList.fromFlat(flat).without('content-range', 'content-length');
  return {
    ...response,
    status: 200,
    headers: headers.append('Content-Length', String(start.size)),
    body: oneAfterTheOther(stored, rest, start.size),
  };
}

function oneAfterTheOther(first: Body, second: Body, length: number): Body {
  return Body.from((sink) => {
    let held = false;
    let over = false;
    let flow: BodyFlow | null = null;
    const onward: BodySink = {
      data: (chunk) => sink.data(chunk),
      end: () => sink.end(),
      fail: (thrown) => sink.fail(thrown),
    };
    const goOn = (): void => {
      if (over) return second.cancel();
      flow = second.start(onward);
      if (held) flow.pause();
    };
    const fail = (thrown: unknown): void => {
      second.cancel();
      sink.fail(thrown);
    };
    const beginning = first.start({ data: onward.data, end: goOn, fail });
    flow ??= beginning;
    return {
      pause() {
        held = true;
        flow?.pause();
      },
      resume() {
        held = false;
        flow?.resume();
      },
      cancel() {
        over = true;
        if (flow === beginning) second.cancel();
        flow?.cancel();
      },
    };
  }, length);
}
