import { messageOf } from '../base/fault.ts';
import { fromBase64, utf8 } from '../base/bytes.ts';
import { fromSocketEvent, type SocketEvent } from '../events/websocket.ts';
import { viewerAt } from '../events/parts.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { flawOf, type BadEvent, type Wanted } from './event.ts';
import { guard, type GuardOptions } from './guard.ts';
import { logRefusal } from './log.ts';
import type { Handler } from './protect.ts';
import { lambdaReasons } from './reasons.ts';

export interface WebSocketOptions extends GuardOptions {
  /** Your own handler for all three kinds of event; asked only for what the rules let through. */
  readonly handler: Handler;
  /**
   * True: `authorizer()` with an origin secret has looked at the handshake, which is not looked at again; messages are
   * the viewer's that it has named, and not the distribution's.
   */
  readonly behindAuthorizer?: boolean;
}

/** What a WebSocket API reads: the status of a handshake, the text of a reply on a two-way route. */
export interface SocketResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const wanted: Wanted = {
  'requestContext.eventType': 'text',
  'requestContext.routeKey': 'text',
  'requestContext.connectionId': 'text',
  'requestContext.identity.sourceIp': 'address',
  'requestContext.stage': 'text',
  headers: 'texts|null',
  multiValueHeaders: 'lists|null',
  multiValueQueryStringParameters: 'lists|null',
  body: 'text?',
  isBase64Encoded: 'boolean?',
};

/**
 * `$connect`, messages and `$disconnect` of a WebSocket API. The handshake is a request like any other. A message is shown
 * to the rules as method `MESSAGE`, its route key as the path (`/$default`, `/send`) and its text as the body; one that
 * is refused never reaches the handler, and the sender of a two-way route is told `Forbidden`. A disconnect is never refused:
 * the handler has to tidy up.
 */
export function webSocket(options: WebSocketOptions): (event: unknown, context?: unknown) => Promise<unknown> {
  const firewall = guard(options);
  return async (event, context) => {
    const deny = (bad: BadEvent): SocketResult => {
      logRefusal(firewall.write, 'websocket', bad, firewall.clock.now());
      return { statusCode: bad.reason.status };
    };
    const flaw = flawOf(event, wanted);
    if (flaw) return deny(flaw);
    const given = event as SocketEvent;
    const { eventType, routeKey, identity } = given.requestContext;
    const seen = eventType === 'CONNECT' && options.behindAuthorizer === true;
    if (eventType === 'DISCONNECT' || seen) return options.handler(event, context);
    if (eventType !== 'CONNECT' && eventType !== 'MESSAGE')
      return deny({ reason: lambdaReasons['event-shape'], says: `an event type ${String(eventType)}` });
    try {
      const request = eventType === 'CONNECT' ? handshake(given) : message(given, routeKey);
      const rules = await firewall.rules();
      if ('reason' in rules) return deny(rules);
      const { refusal } = await rules.inspect(request, viewerAt(addressOf(given, options) ?? identity.sourceIp));
      if (refusal !== null) {
        const { connectionId, requestId } = given.requestContext;
        return {
          statusCode: refusal.status,
          body: JSON.stringify({ message: 'Forbidden', connectionId, requestId }),
        } satisfies SocketResult;
      }
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
    return options.handler(event, context);
  };
}

/** Set by our own authorizer at the handshake, and carried by API Gateway in every later event. */
function addressOf(event: SocketEvent, options: WebSocketOptions): string | null {
  const { viewer } = (event.requestContext.authorizer ?? {}) as { viewer?: unknown };
  return options.behindAuthorizer === true && typeof viewer === 'string' ? viewer : null;
}

function handshake(event: SocketEvent): HttpRequest {
  const lists = Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name, [value]]));
  const { request } = fromSocketEvent({ ...event, multiValueHeaders: event.multiValueHeaders ?? lists });
  return request.headers.has('host')
    ? request
    : { ...request, headers: request.headers.append('Host', event.requestContext.domainName ?? 'websocket') };
}

function message(event: SocketEvent, routeKey: string): HttpRequest {
  const given = event.body ?? '';
  // What the handler decodes is what the rules have to see; what cannot be decoded did not come this far.
  const bytes = (event.isBase64Encoded ? fromBase64(given) : null) ?? utf8(given);
  return {
    method: 'MESSAGE',
    target: `/${encodeURIComponent(routeKey).replaceAll('%24', '$')}`,
    version: '1.1',
    headers: HeaderList.fromFlat([
      'Host',
      event.requestContext.domainName ?? 'websocket',
      'Content-Length',
      String(bytes.length),
    ]),
    body: Body.of(bytes),
  };
}
