import { isUtf8 } from '../wire/ws/utf8.ts';
import type { MaybePromise } from '../base/later.ts';
import type { Exchange } from '../flow/exchange.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { isConnectionId } from './connection-id.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** Who may: `unsigned` and `denied` are told apart because AWS tells them apart (spec CM-3, CM-4). */
export type ManagementVerdict = 'allowed' | 'unsigned' | 'denied';

export interface ManagementOptions {
  readonly registry: Registry;
  /** Largest message that may be posted, in bytes. */
  readonly maxMessage: number;
  /** Are posts that are not UTF-8 delivered as binary messages? Otherwise they are refused. */
  readonly binary: boolean;
  /**
   * Checks a signature or token.
   * @param action `GET`, `POST` or `DELETE`, for `execute-api:ManageConnections` on `api/stage/ACTION/@connections/*`
   */
  readonly authorize: (request: HttpRequest, body: Uint8Array, action: string) => MaybePromise<ManagementVerdict>;
}

const errors = {
  unsigned: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  denied: [403, 'ForbiddenException', 'Forbidden'],
  gone: [410, 'GoneException', null],
  tooLarge: [413, 'PayloadTooLargeException', 'Message too long'],
  slow: [429, 'LimitExceededException', 'Too Many Requests'],
  notText: [400, 'BadRequestException', 'The message is not UTF-8'],
  method: [403, 'ForbiddenException', 'Forbidden'],
} as const;

/** The `@connections` API as AWS has it (spec section 17.5): post to, ask about and end one connection. */
export async function manage(options: ManagementOptions, exchange: Exchange, encodedId: string): Promise<HttpResponse> {
  const { request } = exchange;
  const body = request.body === null ? null : await request.body.peek(options.maxMessage);
  const bytes = body === null ? new Uint8Array(0) : body.bytes;
  if (body !== null && !body.whole) {
    request.body!.cancel();
    return error('tooLarge');
  }
  const verdict = await options.authorize(request, bytes, request.method);
  exchange.trace.note('socket.management', verdict, { method: request.method });
  if (verdict !== 'allowed') return error(verdict);
  const id = decoded(encodedId);
  if (id === null || !isConnectionId(id)) {
    return respond(400, 'BadRequestException', `Invalid connectionId: ${id ?? encodedId}`);
  }
  const session = options.registry.get(id);
  if (session === null || session.state !== 'open' || session.connection === null) return error('gone');
  switch (request.method) {
    case 'POST':
      return post(session, bytes, options.binary);
    case 'GET':
      return about(session);
    case 'DELETE':
      session.connection.close(1000, 'Connection Closed Normally', 'deleted');
      return { status: 204, headers: HeaderList.empty, body: null, from: { by: 'function', name: '@connections' } };
    default:
      return error('method');
  }
}

function post(session: Session, bytes: Uint8Array, binary: boolean): HttpResponse {
  const text = isUtf8(bytes, 0, bytes.length);
  if (!text && !binary) return error('notText');
  if (!session.connection!.send(bytes, text)) return error(session.connection!.state === 'open' ? 'slow' : 'gone');
  return respond(200, null, null);
}

function about(session: Session): HttpResponse {
  const { connectedAt, sourceIp, userAgent } = session.facts;
  const { activeAt } = session.connection!;
  const text = JSON.stringify({
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp, userAgent: userAgent ?? '' },
    lastActiveAt: new Date(activeAt).toISOString(),
  });
  return json(200, text, []);
}

function error(key: keyof typeof errors): HttpResponse {
  const [status, type, message] = errors[key];
  return respond(status, type, message);
}

function respond(status: number, type: string | null, message: string | null): HttpResponse {
  // The SDK reads the kind of error off this field; without it every error is "unknown".
  const extra = type === null ? [] : [['x-amzn-ErrorType', type] as const];
  return json(status, message === null ? '' : JSON.stringify({ message }), extra);
}

function json(status: number, text: string, extra: readonly (readonly [string, string])[]): HttpResponse {
  const body = Body.of(text);
  const headers = HeaderList.of([
    ...(text === '' ? [] : [['Content-Type', 'application/json'] as const]),
    ['Content-Length', String(body.length)],
    ...extra,
  ]);
  return { status, headers, body, from: { by: 'function', name: '@connections' } };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
