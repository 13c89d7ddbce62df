import { fromHex, hex, sameSecret, utf8 } from '../base/bytes.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Digest } from '../ports/digest.ts';

/** Signature version 4 as the receiving side checks it: in the `Authorization` field, or in the query. */

export interface SignedParts {
  readonly accessKey: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly at: string;
  /** Seconds that a signature in the query is good for; null in the header form. */
  readonly expires: number | null;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly securityToken: string | null;
  readonly form: 'header' | 'query';
}

export type SignatureFlaw = 'none' | 'malformed' | 'expired' | 'not-yet' | 'scope' | 'host-unsigned' | 'mismatch';

const credential = /^([A-Za-z0-9]{4,128})\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/;

/** What a request says about its signature; `none` when it says nothing. */
export function readSignature(request: HttpRequest): SignedParts | 'none' | 'malformed' {
  const field = request.headers.get('authorization');
  if (field !== undefined && field.startsWith('AWS4-HMAC-SHA256')) return fromHeader(request, field);
  const query = rawPairs(splitTarget(request.target).query);
  const find = (name: string): string | undefined => {
    const found = query.find(([each]) => each === name);
    return found && decode(found[1]);
  };
  if (find('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return 'none';
  const scope = credential.exec(find('X-Amz-Credential') ?? '');
  const expires = Number(find('X-Amz-Expires') ?? '300');
  if (!scope || !Number.isInteger(expires) || expires < 1 || expires > 604_800) return 'malformed';
  return {
    accessKey: scope[1] as string,
    date: scope[2] as string,
    region: scope[3] as string,
    service: scope[4] as string,
    at: find('X-Amz-Date') ?? '',
    expires,
    signedHeaders: (find('X-Amz-SignedHeaders') ?? '').split(';').filter((name) => name !== ''),
    signature: find('X-Amz-Signature') ?? '',
    securityToken: find('X-Amz-Security-Token') ?? null,
    form: 'query',
  };
}

function fromHeader(request: HttpRequest, field: string): SignedParts | 'malformed' {
  const part = (name: string): string => new RegExp(`[ ,]${name}=([^, ]+)`).exec(field)?.[1] ?? '';
  const scope = credential.exec(part('Credential'));
  const at = request.headers.get('x-amz-date') ?? '';
  if (!scope || !/^\d{8}T\d{6}Z$/.test(at)) return 'malformed';
  return {
    accessKey: scope[1] as string,
    date: scope[2] as string,
    region: scope[3] as string,
    service: scope[4] as string,
    at,
    expires: null,
    signedHeaders: part('SignedHeaders')
      .split(';')
      .filter((name) => name !== ''),
    signature: part('Signature'),
    securityToken: request.headers.get('x-amz-security-token') ?? null,
    form: 'header',
  };
}

export interface SignatureRules {
  readonly secret: string;
  readonly service: string;
  readonly now: number;
  /** Milliseconds that a clock may be off; AWS allows five minutes. */
  readonly skewMs: number;
}

/** Null when the signature is right. `body` is the whole body. */
export function checkSignature(
  request: HttpRequest,
  parts: SignedParts,
  body: Uint8Array,
  rules: SignatureRules,
  hash: Digest,
): SignatureFlaw | null {
  const at = instant(parts.at);
  if (Number.isNaN(at) || !parts.at.startsWith(parts.date)) return 'malformed';
  if (parts.service !== rules.service) return 'scope';
  if (!parts.signedHeaders.includes('host')) return 'host-unsigned';
  if (at - rules.skewMs > rules.now) return 'not-yet';
  if (rules.now > at + (parts.expires === null ? rules.skewMs : parts.expires * 1000)) return 'expired';
  const wanted = signatureOf(request, parts, body, rules.secret, hash);
  const given = fromHex(parts.signature);
  return given && sameSecret(hex(given), wanted) ? null : 'mismatch';
}

/** The signature that a holder of `secret` makes for this request. */
export function signatureOf(
  request: HttpRequest,
  parts: Omit<SignedParts, 'signature'>,
  body: Uint8Array,
  secret: string,
  hash: Digest,
): string {
  const { path, query } = splitTarget(request.target);
  const pairs = rawPairs(query)
    .map(([name, value]): [string, string] => [canonical(decode(name)), canonical(decode(value))])
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0));
  const headers = parts.signedHeaders.map(
    (name) =>
      `${name}:${request.headers
        .all(name)
        .map((value) => value.trim().replaceAll(/ +/g, ' '))
        .join(',')}\n`,
  );
  const declared = request.headers.get('x-amz-content-sha256');
  // A payload that is declared unsigned would let anybody change the body; only its true hash is taken.
  const payload = declared !== undefined && declared !== hash.sha256(body) ? 'refused' : hash.sha256(body);
  const canonicalRequest = [
    request.method,
    path.split('/').map(canonical).join('/'),
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
    headers.join(''),
    parts.signedHeaders.join(';'),
    payload,
  ].join('\n');
  const scope = `${parts.date}/${parts.region}/${parts.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', parts.at, scope, hash.sha256(canonicalRequest)].join('\n');
  let key: Uint8Array = hash.hmacSha256(`AWS4${secret}`, utf8(parts.date));
  for (const step of [parts.region, parts.service, 'aws4_request']) key = hash.hmacSha256(key, utf8(step));
  return hex(hash.hmacSha256(key, utf8(text)));
}

const instant = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const canonical = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function rawPairs(query: string | null): [string, string][] {
  return (query ?? '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const mark = part.indexOf('=');
      return mark < 0 ? [part, ''] : [part.slice(0, mark), part.slice(mark + 1)];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
