import { readExtensions, type Extension } from './extensions.ts';

/** A request's head as a handshake needs it; any message type can be seen this way. */
export interface HandshakeHead {
  readonly method: string;
  /** `1.0`, `1.1`, `2` ... */
  readonly version: string;
  /** All values of a field, in order; the name in lower case. */
  values(name: string): readonly string[];
}

export interface Handshake {
  readonly kind: 'handshake';
  readonly key: string;
  /** Subprotocols in the client's order of preference. */
  readonly protocols: readonly string[];
  readonly extensions: readonly Extension[];
}

/** Why a handshake is refused. `says` is for people; `headers` must go with the status. */
export interface HandshakeRefusal {
  readonly kind: 'refusal';
  readonly key: string;
  readonly status: 400 | 405 | 426;
  readonly clause: string;
  readonly says: string;
  readonly headers: readonly (readonly [string, string])[];
}

const ACCEPT_SALT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** 16 bytes of base64: 22 characters, of which the last has four bits of padding, and `==`. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

const upgrade = [['Upgrade', 'websocket']] as const;
const version = [...upgrade, ['Sec-WebSocket-Version', '13']] as const;

/** Checks an opening handshake by RFC 6455 sections 4.2.1 and 4.2.2; nothing is accepted that the client did not ask for. */
export function readHandshake(head: HandshakeHead): Handshake | HandshakeRefusal {
  if (head.method !== 'GET') {
    return refusal('method', 405, '6455 4.2.1', 'a handshake is a GET', [['Allow', 'GET']]);
  }
  // RFC 9110 section 7.8: an Upgrade field in HTTP/1.0 is to be ignored, so the request stands there as a plain GET.
  if (head.version !== '1.1') return refusal('http-version', 426, '6455 4.2.1', 'a handshake needs HTTP/1.1', upgrade);
  if (head.values('host').length !== 1) return refusal('host', 400, '6455 4.2.1', 'exactly one Host field is needed');
  if (!hasToken(head.values('upgrade'), 'websocket')) {
    return refusal('upgrade', 426, '6455 4.2.1', 'the Upgrade field does not name websocket', upgrade);
  }
  if (!hasToken(head.values('connection'), 'upgrade')) {
    return refusal('connection', 426, '6455 4.2.1', 'the Connection field does not name upgrade', upgrade);
  }
  const length = head.values('content-length');
  if (head.values('transfer-encoding').length > 0 || length.some((v) => v.trim() !== '0')) {
    return refusal('body', 400, '9112 6', 'a handshake has no body');
  }
  const versions = head.values('sec-websocket-version');
  if (versions.length !== 1 || versions[0]!.trim() !== '13') {
    return refusal('version', 426, '6455 4.2.2', 'only version 13 is spoken here', version);
  }
  const keys = head.values('sec-websocket-key');
  const key = keys[0]?.trim() ?? '';
  if (keys.length !== 1 || !KEY.test(key)) {
    return refusal('key', 400, '6455 4.2.1', 'exactly one Sec-WebSocket-Key of 16 bytes in base64 is needed');
  }
  const protocols = readProtocols(head.values('sec-websocket-protocol'));
  if (protocols === null) return refusal('protocol', 400, '6455 4.1', 'subprotocols must be distinct tokens');
  const offers = head.values('sec-websocket-extensions').join(', ');
  const extensions = offers === '' ? [] : readExtensions(offers);
  if (extensions === null) return refusal('extensions', 400, '6455 9.1', 'Sec-WebSocket-Extensions cannot be read');
  return { kind: 'handshake', key, protocols, extensions };
}

/** What `Sec-WebSocket-Accept` is computed from: SHA-1 of this text, in base64 (section 4.2.2). */
export function acceptText(key: string): string {
  return key + ACCEPT_SALT;
}

function hasToken(values: readonly string[], token: string): boolean {
  return values.some((value) => value.split(',').some((part) => part.trim().toLowerCase() === token));
}

function readProtocols(values: readonly string[]): readonly string[] | null {
  if (values.length === 0) return [];
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  return names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length ? names : null;
}

function refusal(
  key: string,
  status: HandshakeRefusal['status'],
  clause: string,
  says: string,
  headers: HandshakeRefusal['headers'] = [],
): HandshakeRefusal {
  return { kind: 'refusal', key, status, clause, says, headers };
}
