import { fromBase64, utf8 } from '../base/bytes.ts';
import { Fault } from '../base/fault.ts';
import { Body } from '../http/body.ts';
import { HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { isBinaryType } from './parts.ts';

/** How a proxy function's answer of form 1.0 is read. */
export interface ProxyResultRules {
  /** Named as the birthplace of the response. */
  readonly name: string;
  /** The status of a malformed answer: 502 behind a REST API, 500 behind an HTTP API. */
  readonly malformed: 500 | 502;
  /** The request's `Accept`; its first media type decides whether base64 is decoded. */
  readonly accept: string | undefined;
  /** REST only; null decodes whenever the answer says that it is encoded, as an HTTP API does. */
  readonly binaryMediaTypes: readonly string[] | null;
  /** Strict refuses a number as a header value, as the recordings of AWS do; otherwise it is written as text. */
  readonly strict: boolean;
}

const known = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Says what is wrong with a function's answer: for the operator; the caller sees a bare 5xx. */
export function malformed(rules: { readonly name: string; readonly malformed: number }, says: string): Fault {
  return new Fault('integration.function.malformed', 'origin', `the answer of function "${rules.name}" ${says}`, {
    status: rules.malformed,
  });
}

/** An integer status that can be sent; 101 and other informational ones cannot be final. */
export function readStatus(value: unknown): number | null {
  const status =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : null;
}

function fieldValue(value: unknown, strict: boolean): string | null {
  if (typeof value === 'boolean' || (typeof value === 'number' && !strict)) return String(value);
  return typeof value === 'string' ? value : null;
}

/** Form 1.0: an object of five keys at most, each of its own type; anything else is a malformed answer. */
export function readProxyResult(result: unknown, rules: ProxyResultRules): HttpResponse {
  if (!isObject(result))
    throw malformed(
      rules,
      `is ${result === null ? 'null' : Array.isArray(result) ? 'an array' : `a ${typeof result}`} where an object was wanted`,
    );
  for (const key of Object.keys(result)) {
    if (!known.has(key)) throw malformed(rules, `has a key "${key}"; wanted only ${[...known].join(', ')}`);
  }
  const status = result['statusCode'] === undefined ? 200 : readStatus(result['statusCode']);
  if (status === null)
    throw malformed(
      rules,
      `has a statusCode ${JSON.stringify(result['statusCode'])}; wanted an integer from 200 to 599`,
    );
  const headers = readHeaders(result, rules);
  return { status, headers, body: readBody(result, rules), from: { by: 'integration', name: rules.name } };
}

/** Both maps merged: a name in both has the values of `multiValueHeaders` first, and their spelling. */
function readHeaders(result: Record<string, unknown>, rules: ProxyResultRules): HeaderList {
  const merged = new Map<string, { readonly name: string; readonly values: string[] }>();
  const add = (name: string, given: unknown, where: string): void => {
    const value = fieldValue(given, rules.strict);
    if (value === null)
      throw malformed(
        rules,
        `has a ${given === null ? 'null' : typeof given} in ${where}["${name}"]; wanted a string or a boolean`,
      );
    if (!isToken(name) || !isFieldValue(value))
      throw malformed(rules, `has a header "${name.slice(0, 60)}" that cannot be sent`);
    const entry = merged.get(name.toLowerCase());
    if (entry) entry.values.push(value);
    else merged.set(name.toLowerCase(), { name, values: [value] });
  };
  const multi = result['multiValueHeaders'] ?? {};
  if (!isObject(multi)) throw malformed(rules, 'has multiValueHeaders that are no object');
  for (const [name, values] of Object.entries(multi)) {
    if (!Array.isArray(values)) throw malformed(rules, `has no list in multiValueHeaders["${name}"]`);
    for (const value of values) add(name, value, 'multiValueHeaders');
  }
  const single = result['headers'] ?? {};
  if (!isObject(single)) throw malformed(rules, 'has headers that are no object');
  for (const [name, value] of Object.entries(single)) add(name, value, 'headers');
  const flat: string[] = [];
  for (const { name, values } of merged.values()) for (const value of values) flat.push(name, value);
  if (!merged.has('content-type')) flat.push('Content-Type', 'application/json');
  return HeaderList.fromFlat(flat);
}

function readBody(result: Record<string, unknown>, rules: ProxyResultRules): Body {
  const body = result['body'] ?? '';
  if (typeof body !== 'string')
    throw malformed(rules, `has a body of type ${typeof body}; wanted a string (JSON.stringify it)`);
  const encoded = result['isBase64Encoded'] ?? false;
  if (typeof encoded !== 'boolean') throw malformed(rules, 'has an isBase64Encoded that is no boolean');
  const decode =
    encoded &&
    (rules.binaryMediaTypes === null ||
      (rules.accept !== undefined && isBinaryType(firstType(rules.accept), rules.binaryMediaTypes)));
  if (!decode) return Body.of(utf8(body));
  const bytes = fromBase64(body);
  if (bytes === null) {
    throw new Fault(
      'integration.function.encoding',
      'origin',
      `function "${rules.name}" said base64 and sent something else`,
      { status: 500 },
    );
  }
  return Body.of(bytes);
}

const firstType = (accept: string): string => accept.split(',', 1)[0] ?? '';
