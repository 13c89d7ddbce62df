import { fromUtf8 } from '../base/bytes.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { malformed, readProxyResult, type ProxyResultRules } from './rest-result.ts';

/** A streamed answer: JSON with status and header, eight zero bytes, then the body's bytes as they come. */
const DELIMITER = 8;

/** Where the prelude ends, or -1. */
export function preludeEnd(bytes: Uint8Array): number {
  let zeros = 0;
  for (let at = 0; at < bytes.length; at++) {
    zeros = bytes[at] === 0 ? zeros + 1 : 0;
    if (zeros === DELIMITER) return at + 1 - DELIMITER;
  }
  return -1;
}

export const bodyStart = (end: number): number => end + DELIMITER;

/** Status and header of a streamed answer. Throws a `Fault` when the prelude has not the form. */
export function readPrelude(bytes: Uint8Array, rules: ProxyResultRules): Pick<HttpResponse, 'status' | 'headers'> {
  let given: unknown;
  try {
    given = JSON.parse(fromUtf8(bytes));
  } catch {
    throw malformed(rules, 'begins with no JSON');
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw malformed(rules, 'begins with no object');
  const { cookies, ...rest } = given as Record<string, unknown>;
  for (const key of ['body', 'isBase64Encoded'])
    if (key in rest) throw malformed(rules, `has a key "${key}" before the stream; the body is what follows`);
  const { status, headers } = readProxyResult(rest, rules);
  if (cookies === undefined) return { status, headers };
  if (!Array.isArray(cookies) || !cookies.every((each) => typeof each === 'string'))
    throw malformed(rules, 'has cookies that are no list of texts');
  return {
    status,
    headers: HeaderList.fromFlat([...headers.flat, ...cookies.flatMap((each) => ['Set-Cookie', each])]),
  };
}
