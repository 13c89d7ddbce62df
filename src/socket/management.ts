import { isUtf8 } from '../wire/ws/utf8.ts';
import type { MaybePromise } from '../base/later.ts';
import type { Exchange } from '../flow/exchange.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { SocketAbout } from '../ports/socket-nodes.ts';
import { isConnectionId } from './connection-id.ts';
import { dataOf, type Reach } from './reach.ts';

/** Who may: `unsigned` and `denied` are told apart because AWS tells them apart (spec CM-3, CM-4). */
export type ManagementVerdict = 'allowed' | 'unsigned' | 'denied';

export interface ManagementOptions {
  readonly reach: Reach;
  /** Largest message that may be posted, in bytes. */
  readonly maxMessage: number;
  /** Are posts that are not UTF-8 delivered as binary messages? Otherwise they are refused. */
  readonly binary: boolean;
  /**
   * Checks a signature or token.
   * @param action `GET`, `POST`, `PUT` or `DELETE`, for `execute-api:ManageConnections` on `api/stage/ACTION/@connections/*`
   */
  readonly authorize: (request: HttpRequest, body: Uint8Array, action: string) => MaybePromise<ManagementVerdict>;
}

const errors = {
  unsigned: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  denied: [403, 'ForbiddenException', 'Forbidden'],
  gone: [410, 'GoneException', null],
  tooLarge: [413, 'PayloadTooLargeException', 'Message too long'],
  slow: [429, 'LimitExceededException', 'Too Many Requests'],
  full: [429, 'LimitExceededException', 'Too many groups'],
  notText: [400, 'BadRequestException', 'The message is not UTF-8'],
  badGroup: [400, 'BadRequestException', 'A group is named by 1 to 128 characters'],
  method: [403, 'ForbiddenException', 'Forbidden'],
} as const;

/** Most connections in one list. */
const MOST_LISTED = 1000;

/** What a path is about: after `@connections` an id or nothing, after `@groups` a group and perhaps an id. */
export interface ManagementPath {
  readonly group: string | null;
  readonly id: string | null;
}

/** Reads the part of a path behind the stage; null when it is neither. Segments stay encoded. */
export function managementPath(path: string): ManagementPath | null {
  const found = /\/(?:@|%40)(connections|groups)(?:\/([^/]*))?(?:\/([^/]*))?\/?$/i.exec(path);
  if (found === null) return null;
  const [, kind, first = '', second = ''] = found;
  if (kind === 'connections') return second === '' ? { group: null, id: first === '' ? null : first } : null;
  return first === '' ? null : { group: first, id: second === '' ? null : second };
}

/**
 * The `@connections` API as AWS has it (spec section 17.5): post to, ask about and end one connection. Beyond AWS: a list
 * of all connections, a message to all of them, and the same for groups, which connections join and leave.
 */
export async function manage(
  options: ManagementOptions,
  exchange: Exchange,
  path: ManagementPath,
): Promise<HttpResponse> {
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
  const group = path.group === null ? null : decoded(path.group);
  if (path.group !== null && (group === null || group.length > 128)) return error('badGroup');
  if (path.id === null) return toMany(options, request.method, group, bytes);
  const id = decoded(path.id);
  if (id === null || !isConnectionId(id)) {
    return respond(400, 'BadRequestException', `Invalid connectionId: ${id ?? path.id}`);
  }
  return group === null ? toOne(options, request.method, id, bytes) : member(options, request.method, group, id);
}

async function toOne(
  { reach, binary }: ManagementOptions,
  method: string,
  id: string,
  bytes: Uint8Array,
): Promise<HttpResponse> {
  if (method === 'POST') {
    const text = isUtf8(bytes, 0, bytes.length);
    if (!text && !binary) return error('notText');
    const { status } = await reach.one({ op: 'post', id, ...dataOf(bytes, text) });
    return status === 'done' ? respond(200, null, null) : error(status);
  }
  if (method === 'GET') {
    const { status, list } = await reach.one({ op: 'about', id });
    const found = list?.[0];
    if (status !== 'done' || found === undefined) return error('gone');
    const { sourceIp, userAgent } = found;
    const { connectedAt, lastActiveAt } = timesOf(found);
    return json(200, JSON.stringify({ connectedAt, identity: { sourceIp, userAgent }, lastActiveAt }), []);
  }
  if (method !== 'DELETE') return error('method');
  const { status } = await reach.one({ op: 'close', id });
  return status === 'done' ? nothing() : error(status);
}

async function toMany(
  { reach, binary }: ManagementOptions,
  method: string,
  group: string | null,
  bytes: Uint8Array,
): Promise<HttpResponse> {
  if (method === 'GET') {
    const { list } = await reach.all({ op: 'list', group, limit: MOST_LISTED });
    const connections = (list ?? []).map((each) => ({ ...each, ...timesOf(each) }));
    return json(200, JSON.stringify({ connections }), []);
  }
  if (method !== 'POST') return error('method');
  const text = isUtf8(bytes, 0, bytes.length);
  if (!text && !binary) return error('notText');
  const { count } = await reach.all({ op: 'broadcast', group, ...dataOf(bytes, text) });
  return json(200, JSON.stringify({ delivered: count ?? 0 }), []);
}

async function member({ reach }: ManagementOptions, method: string, group: string, id: string): Promise<HttpResponse> {
  if (method !== 'PUT' && method !== 'DELETE') return error('method');
  const { status } = await reach.one({ op: method === 'PUT' ? 'join' : 'leave', id, group });
  return status === 'done' ? nothing() : error(status);
}

const timesOf = ({ connectedAt, lastActiveAt }: SocketAbout): Record<'connectedAt' | 'lastActiveAt', string> => ({
  connectedAt: new Date(connectedAt).toISOString(),
  lastActiveAt: new Date(lastActiveAt).toISOString(),
});

const nothing = (): HttpResponse => ({
  status: 204,
  headers: HeaderList.empty,
  body: null,
  from: { by: 'function', name: '@connections' },
});

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
