import { utf8 } from '../base/bytes.ts';
import type { Waf } from './engine.ts';
import type { Inspection } from './inspection.ts';
import type { Verdict } from './match.ts';
import type { Overlay } from './overlay.ts';
import type { HeaderPairs } from './request.ts';

/** One message of a connection, as far as rules may ask about it. */
export interface WafMessage {
  /** Begins with a slash; stands where rules look for a request's path. */
  readonly path: string;
  readonly address: string;
  /** `json`: `bytes` are a JSON text. `text`: any other text. `bytes`: a binary message. */
  readonly kind: 'json' | 'text' | 'bytes';
  /** Null for a binary message. */
  readonly text: string | null;
  readonly bytes: Uint8Array;
}

export interface MessageInspection {
  readonly verdict: Verdict;
  /** For what was found, and for what broke. */
  readonly inspection: Inspection;
}

/**
 * Shows a message to rules that were written for requests. JSON is a JSON body, so each of its values is an argument. Any
 * other text is shown as the one JSON value that it would be, the argument `json`: rules that look at arguments see it too.
 * Binary messages are only `REQUEST_BODY`. The head around it is what an honest client would send, the same for all, so
 * that no rule about heads finds fault with a message, which has none.
 */
export function inspectMessage(waf: Waf, message: WafMessage, overlays: readonly Overlay[]): MessageInspection {
  const { kind } = message;
  const body = kind === 'text' ? utf8(JSON.stringify(message.text)) : message.bytes;
  const request = {
    method: 'POST',
    target: message.path,
    version: '1.1',
    headers: headOf(kind === 'bytes' ? 'application/x-www-form-urlencoded' : 'application/json', body.length),
  };
  const inspection = waf.inspect(request, { address: message.address }, overlays);
  const { transaction } = inspection;
  const head = inspection.requestHead();
  if (kind === 'bytes') {
    // The type is one that every rule set takes; nobody shall look for pairs in what has none.
    transaction.bodyProcessor = '';
    transaction.forceBody = true;
  }
  const verdict = head.kind === 'stop' ? head : inspection.requestBody(body, true);
  if (transaction.matches.length > 0) inspection.finish();
  return { verdict, inspection };
}

/** What the handshake said about itself has been judged with the handshake. */
const headOf = (type: string, length: number): HeaderPairs => [
  ['Host', 'websocket.local'],
  ['User-Agent', 'websocket'],
  ['Accept', '*/*'],
  ['Content-Type', type],
  ['Content-Length', String(length)],
];
