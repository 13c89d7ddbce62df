import { fromBase64, utf8 } from '../base/bytes.ts';
import { Body } from '../http/body.ts';
import { HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { malformed, readStatus } from './rest-result.ts';

/** How a function's answer of form 2.0 is read. */
export interface HttpResultRules {
  /** Named as the birthplace of the response. */
  readonly name: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Form 2.0: an object with a `statusCode` is read field by field; anything else is the body of a 200, a string as it is
 * and every other value as JSON.
 */
export function readHttpResult(result: unknown, told: HttpResultRules): HttpResponse {
  const from = { by: 'integration', name: told.name } as const;
  if (!isObject(result) || result['statusCode'] === undefined) {
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: HeaderList.of({ 'content-type': 'application/json' }), body: Body.of(text), from };
  }
  const rules = { name: told.name, malformed: 500 };
  const status = readStatus(result['statusCode']);
  if (status === null)
    throw malformed(
      rules,
      `has a statusCode ${JSON.stringify(result['statusCode'])}; wanted an integer from 200 to 599`,
    );

  const flat: string[] = [];
  const headers = result['headers'] ?? {};
  if (!isObject(headers)) throw malformed(rules, 'has headers that are no object');
  for (const [name, given] of Object.entries(headers)) {
    if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') {
      throw malformed(
        rules,
        `has a ${given === null ? 'null' : typeof given} in headers["${name}"]; wanted a string, number or boolean`,
      );
    }
    const value = String(given);
    if (!isToken(name) || !isFieldValue(value))
      throw malformed(rules, `has a header "${name.slice(0, 60)}" that cannot be sent`);
    flat.push(name.toLowerCase(), value);
  }
  const cookies = result['cookies'] ?? [];
  if (!Array.isArray(cookies)) throw malformed(rules, 'has cookies that are no list');
  for (const cookie of cookies) {
    if (typeof cookie !== 'string' || !isFieldValue(cookie)) throw malformed(rules, 'has a cookie that cannot be sent');
    flat.push('set-cookie', cookie);
  }

  const body = result['body'] ?? '';
  if (typeof body !== 'string')
    throw malformed(rules, `has a body of type ${typeof body}; wanted a string (JSON.stringify it)`);
  let bytes: Uint8Array = utf8(body);
  if (result['isBase64Encoded'] === true) {
    const decoded = fromBase64(body);
    if (decoded === null) throw malformed(rules, 'says base64 and has something else');
    bytes = decoded;
  }
  const list = HeaderList.fromFlat(flat);
  return {
    status,
    headers:
      list.has('content-type') || bytes.length === 0 ? list : list.append('content-type', 'text/plain;charset=UTF-8'),
    body: Body.of(bytes),
    from,
  };
}
