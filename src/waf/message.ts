import { utf8 } from '../base/bytes.ts';
import { byteString } from './bytes.ts';
import type { Waf } from './engine.ts';
import type { Head } from './head.ts';
import type { Inspection } from './inspection.ts';
import type { Verdict } from './match.ts';
import type { Overlay } from './overlay.ts';
import { Passed } from './passed.ts';
import type { HeaderPairs, WafRequest } from './request.ts';

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

/** Most heads that are kept: one for each address, path and kind of message that came lately. */
const mostHeads = 1024;

/** Judges the messages of connections. */
export interface MessageJudge {
  /** A message with this text passed before, and would again. */
  isKnown(path: string, address: string, text: string): boolean;
  /** Null when the message passed, and no rule found anything in it that is told. */
  judge(message: WafMessage): MessageInspection | null;
}

/**
 * Shows messages to rules that were written for requests. JSON is a JSON body, so each of its values is an argument. Any
 * other text is shown as the one JSON value that it would be, the argument `json`: rules that look at arguments see it too.
 * Binary messages are only `REQUEST_BODY`. The head around it is what an honest client would send, the same for all, so
 * that no rule about heads finds fault with a message, which has none. What rules say about that head is found out once
 * for an address, where it is the same each time.
 */
export function messageJudge(waf: Waf, overlays: readonly Overlay[]): MessageJudge {
  const heads = new Map<string, Head | null>();
  const passed = new Passed();
  const headFor = ({ path, address, kind }: WafMessage): Head | null => {
    const key = `${kind} ${address} ${path}`;
    let head = heads.get(key);
    if (head !== undefined) return head;
    if (heads.size >= mostHeads) heads.clear();
    head = waf.head(requestOf(path, kind), { address }, overlays);
    heads.set(key, head);
    return head;
  };
  return {
    isKnown: (path, address, text) => passed.has(path, address, text),
    judge(message) {
      const head = headFor(message);
      const { text } = message;
      const body = head === null ? null : textBody(message);
      if (head !== null && body !== null && head.passes(body)) {
        if (text !== null) passed.add(message.path, message.address, text);
        return null;
      }
      const inspection = head?.inspect() ?? begin(waf, message, overlays);
      const verdict = run(inspection, message);
      const { matches, faults, wouldStop } = inspection.transaction;
      const told = verdict.kind === 'stop' || wouldStop !== null || faults.length > 0 || matches.some(isTold);
      if (told) {
        inspection.finish();
        return { verdict, inspection };
      }
      if (head?.isSettled(inspection) === true) {
        if (body !== null) head.passed();
        if (text !== null) passed.add(message.path, message.address, text);
      }
      return null;
    },
  };
}

const begin = (waf: Waf, { path, kind, address }: WafMessage, overlays: readonly Overlay[]): Inspection =>
  waf.inspect(requestOf(path, kind), { address }, overlays);

const isTold = ({ logged }: { readonly logged: boolean }): boolean => logged;

/** The body of a message of text as a byte string. */
function textBody({ kind, text, bytes }: WafMessage): string | null {
  if (kind === 'bytes') return null;
  const shown = kind === 'text' ? JSON.stringify(text) : text;
  const as = kind === 'text' ? utf8(shown ?? '') : bytes;
  // As many characters as bytes: all of it is ASCII.
  return shown?.length === as.length ? shown : byteString(as, as.length);
}

function run(inspection: Inspection, { kind, text, bytes }: WafMessage): Verdict {
  const head = inspection.requestHead();
  if (head.kind === 'stop') return head;
  const { transaction } = inspection;
  if (kind === 'bytes') {
    // The type is one that every rule set takes; nobody shall look for pairs in what has none.
    transaction.bodyProcessor = '';
    transaction.forceBody = true;
  }
  return inspection.requestBody(kind === 'text' ? utf8(JSON.stringify(text)) : bytes, true);
}

/** What the handshake said about itself has been judged with the handshake. */
const requestOf = (path: string, kind: WafMessage['kind']): WafRequest => ({
  method: 'POST',
  target: path,
  version: '1.1',
  headers: kind === 'bytes' ? bytesHead : textHead,
});

const headOf = (type: string): HeaderPairs => [
  ['Host', 'websocket.local'],
  ['User-Agent', 'websocket'],
  ['Accept', '*/*'],
  ['Content-Type', type],
  // A length would be another for every message.
  ['Transfer-Encoding', 'chunked'],
];
const textHead = headOf('application/json');
const bytesHead = headOf('application/x-www-form-urlencoded');
