import { defineReasons } from '../trace/reason.ts';

/** Why a handshake is refused. Violations after it have codes of their own: `wire/ws/violation.ts`. */
export const reasons = defineReasons('socket', {
  'upgrade-required': [426, 'Only a WebSocket handshake is answered here.'],
  'method-not-allowed': [405, 'A WebSocket handshake is a GET.'],
  'bad-handshake': [400, 'The WebSocket handshake breaks RFC 6455.'],
  'url-long': [414, 'Path and query of the handshake are longer than limits.url.'],
  'too-many-new': [429, 'More new connections in a second than connections.perSecond.'],
  'too-many-connections': [429, 'This API has as many connections as it may have.'],
  'too-many-per-address': [429, 'This address has as many connections as it may have.'],
  'too-many-per-key': [429, 'This API key has as many connections as it may have.'],
  'message-rule': [403, 'A rule or the firewall does not let this message through; the record names the rule.'],
  'message-rate': [429, 'More messages than this connection, address or key may send.'],
  'message-route': [403, 'No route takes this message.'],
  'message-model': [400, 'The message does not fit the model of its route.'],
  'message-broken': [500, 'What was to look at the message broke, so it has not been allowed.'],
  'message-slow': [429, 'The client does not read what it is sent; this was not sent any more.'],
  'management-path': [404, 'The management API knows `@connections` and `@groups`, and nothing else.'],
});

/** Why a message, or what was said in answer to it, went no further. */
export type MessageReason = Extract<keyof typeof reasons, `message-${string}`>;
