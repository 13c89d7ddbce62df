import type { DeflateTerms } from './deflate.ts';

export interface Extension {
  readonly name: string;
  /** In order, as offered; `true` for a parameter without a value. */
  readonly params: readonly (readonly [string, string | true])[];
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const SPACE = /[ \t]*/y;
const QUOTED = /"((?:[^"\\\x00-\x1f\x7f]|\\[\x21-\x7e])*)"/y;

/** Reads `Sec-WebSocket-Extensions` (RFC 6455 section 9.1). Null when it does not follow the grammar. */
export function readExtensions(value: string): readonly Extension[] | null {
  const found: Extension[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const hit = pattern.exec(value);
    if (hit !== null) at = pattern.lastIndex;
    return hit;
  };
  const mark = (char: string): boolean => {
    take(SPACE);
    if (value[at] !== char) return false;
    at++;
    take(SPACE);
    return true;
  };
  take(SPACE);
  do {
    const name = take(TOKEN)?.[0];
    if (name === undefined) return null;
    const params: [string, string | true][] = [];
    while (mark(';')) {
      const key = take(TOKEN)?.[0];
      if (key === undefined) return null;
      if (!mark('=')) {
        params.push([key, true]);
        continue;
      }
      const quoted = take(QUOTED)?.[1]?.replace(/\\(.)/g, '$1');
      // Section 9.1: a quoted value, unquoted, must be a token too.
      const text = quoted ?? take(TOKEN)?.[0];
      TOKEN.lastIndex = 0;
      if (text === undefined || TOKEN.exec(text)?.[0] !== text) return null;
      params.push([key, text]);
    }
    found.push({ name, params });
  } while (mark(','));
  take(SPACE);
  return at === value.length ? found : null;
}

/** What a server wants of permessage-deflate (RFC 7692 section 7.1). */
export interface DeflateChoice {
  /** Refer to earlier messages when sending? Costs 32 kB per connection. */
  readonly sendTakeover: boolean;
  /** Let the peer refer to earlier messages? Costs 32 kB per connection. */
  readonly receiveTakeover: boolean;
  /** Largest window that the peer shall use, 8 to 15; only a peer that offers to be told can be told. */
  readonly maxReceiveBits: number;
  /** 9 to 15: the largest window used for sending. */
  readonly maxSendBits: number;
}

export interface Agreed {
  readonly terms: DeflateTerms;
  /** The value of `Sec-WebSocket-Extensions` in the answer. */
  readonly header: string;
}

/** The first acceptable offer of permessage-deflate, or null. Offers with odd parameters are passed over (section 7.1). */
export function agreeDeflate(offers: readonly Extension[], choice: DeflateChoice): Agreed | null {
  for (const offer of offers) {
    if (offer.name !== 'permessage-deflate') continue;
    const asked = readDeflateParams(offer);
    if (asked === null) continue;
    const sendBits = Math.min(asked.serverBits ?? 15, choice.maxSendBits);
    const told =
      asked.clientBits === null
        ? 15
        : Math.min(asked.clientBits === true ? 15 : asked.clientBits, choice.maxReceiveBits);
    const sendTakeover = choice.sendTakeover && !asked.serverNoTakeover;
    const receiveTakeover = choice.receiveTakeover && !asked.clientNoTakeover;
    let header = 'permessage-deflate';
    if (!sendTakeover) header += '; server_no_context_takeover';
    if (!receiveTakeover) header += '; client_no_context_takeover';
    if (sendBits < 15 || asked.serverBits !== null) header += `; server_max_window_bits=${sendBits}`;
    if (told < 15) header += `; client_max_window_bits=${told}`;
    return { header, terms: { sendTakeover, receiveTakeover, sendBits, receiveBits: told } };
  }
  return null;
}

interface DeflateParams {
  serverNoTakeover: boolean;
  clientNoTakeover: boolean;
  serverBits: number | null;
  /** `true`: the client can be told a window size. */
  clientBits: number | true | null;
}

/** Null when a parameter is unknown, doubled or has a value it may not have (section 7.1). */
export function readDeflateParams(extension: Extension): DeflateParams | null {
  const read: DeflateParams = { serverNoTakeover: false, clientNoTakeover: false, serverBits: null, clientBits: null };
  const seen = new Set<string>();
  for (const [key, value] of extension.params) {
    if (seen.has(key)) return null;
    seen.add(key);
    const bits = typeof value === 'string' && /^([89]|1[0-5])$/.test(value) ? Number(value) : null;
    if (key === 'server_no_context_takeover' && value === true) read.serverNoTakeover = true;
    else if (key === 'client_no_context_takeover' && value === true) read.clientNoTakeover = true;
    else if (key === 'server_max_window_bits' && bits !== null) read.serverBits = bits;
    else if (key === 'client_max_window_bits' && (bits !== null || value === true)) read.clientBits = bits ?? true;
    else return null;
  }
  return read;
}
