import { BLANK, CR, kinds, LF, VALUE } from './characters.ts';
import { readFieldLines } from './field-lines.ts';
import type { Flaw } from './flaws.ts';
import { CLOSE, isChunked, KEEP_ALIVE, readConnection, readLength } from './framing.ts';

export interface ResponseHead {
  /** 100 to 999. */
  readonly status: number;
  /** Name, value, name, value, as they came. */
  readonly flat: readonly string[];
  /** Where the body ends: there is none, after `length` bytes, with the last chunk, or with the connection. */
  readonly body: 'none' | 'length' | 'chunked' | 'close';
  /** Bytes of the body that `Content-Length` declares; null without one. */
  readonly length: number | null;
  /** May another request go over this connection once the answer is whole (RFC 9112 section 9.3)? */
  readonly persists: boolean;
  /** Seconds that the origin says it keeps an idle connection; null when it does not say. */
  readonly keepAlive: number | null;
}

const ZERO = 0x30;
const NINE = 0x39;
/** `HTTP/1.` */
const NAME = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e] as const;
const STATUS_AT = NAME.length + 2;

/** Can bytes that begin like this become a status line? So that nobody waits for the rest of what is none. */
export function beginsResponse(bytes: Uint8Array, at: number, end: number): boolean {
  const most = Math.min(NAME.length, end - at);
  for (let here = 0; here < most; here++) if (bytes[at + here] !== NAME[here]) return false;
  return true;
}

/**
 * The head between `at` and `end`, its empty line included, as the answer to a request of this method. `text` holds the
 * same bytes, one character each. Strict as RFC 9112 allows: what two readers could read in two ways is a flaw.
 */
export function readResponseHead(
  bytes: Uint8Array,
  text: string,
  at: number,
  end: number,
  method: string,
): ResponseHead | Flaw {
  if (!beginsResponse(bytes, at, end)) return 'status-line';
  const minor = (bytes[at + NAME.length] as number) - ZERO;
  if (minor !== 0 && minor !== 1) return 'version';
  const status = readStatus(bytes, at + STATUS_AT);
  if (bytes[at + STATUS_AT - 1] !== BLANK || status < 100) return 'status-line';
  let line = at + STATUS_AT + 3;
  // The reason and the blank before it are left out by some; nothing else may follow the status.
  if (bytes[line] !== CR && bytes[line] !== BLANK) return 'status-line';
  while (((kinds[bytes[line] as number] as number) & VALUE) !== 0) line++;
  if (bytes[line] !== CR || bytes[line + 1] !== LF) return 'line-end';
  const flat: string[] = [];
  const flaw = readFieldLines(bytes, text, at, line + 2, end - 2, flat);
  return flaw ?? framed(status, minor, flat, method);
}

function readStatus(bytes: Uint8Array, at: number): number {
  let status = 0;
  for (let here = at; here < at + 3; here++) {
    const byte = bytes[here] as number;
    if (!(byte >= ZERO && byte <= NINE)) return -1;
    status = status * 10 + byte - ZERO;
  }
  return status;
}

/** RFC 9112 section 6.3, without its leniences: one length, one coding, and never both. */
function framed(status: number, minor: number, flat: readonly string[], method: string): ResponseHead | Flaw {
  let length: number | null = null;
  let chunked = false;
  let connection = 0;
  let keepAlive: number | null = null;
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] as string;
    const value = flat[at + 1] as string;
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (length !== null) return 'content-length';
      length = readLength(value);
      if (length < 0) return 'content-length';
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      // A message of HTTP/1.0 that is coded all the same was passed on by somebody who did not understand it.
      if (chunked || minor === 0 || !isChunked(value)) return 'transfer-encoding';
      chunked = true;
    } else if (name.length === 10) {
      const lower = name.toLowerCase();
      if (lower === 'connection') connection |= readConnection(value);
      else if (lower === 'keep-alive') keepAlive = readKeepAlive(value);
    }
  }
  if (chunked && length !== null) return 'two-framings';
  const stays = (connection & CLOSE) === 0 && (minor === 1 || (connection & KEEP_ALIVE) !== 0);
  if (method === 'HEAD' || status === 304 || status < 200)
    return { status, flat, body: 'none', length, persists: stays, keepAlive };
  // An origin that announces a body where none can be will send one: what comes then must not be taken for an answer.
  if (status === 204) return { status, flat, body: 'none', length, persists: stays && !chunked && !length, keepAlive };
  const body = chunked ? 'chunked' : length === null ? 'close' : 'length';
  return { status, flat, body, length, persists: stays && body !== 'close', keepAlive };
}

/** The `timeout` of a `Keep-Alive` field: no standard, but what servers say before they close. */
function readKeepAlive(value: string): number | null {
  const timeout = /(?:^|[,\s])timeout=(\d{1,9})(?:$|[,\s])/i.exec(value)?.[1];
  return timeout === undefined ? null : Number(timeout);
}
