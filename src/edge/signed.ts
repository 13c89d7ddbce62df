import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { addressSet, parseAddress } from '../base/ip.ts';
import { cookiePairs } from '../http/cookies.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { VerifyingKey } from '../ports/verifier.ts';
import { resourceMatches } from './signed-resource.ts';
import { formatHost } from './url.ts';

/** Public keys by key pair id. */
export type Keys = ReadonlyMap<string, VerifyingKey>;

export type SignatureVerdict =
  | 'good'
  | 'signature-missing'
  | 'signature-key'
  | 'signature-wrong'
  | 'signature-malformed'
  | 'signature-expired'
  | 'signature-scope';

const names = new Set(['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm']);

interface Signing {
  readonly expires: string | undefined;
  readonly policy: string | undefined;
  readonly signature: string | undefined;
  readonly keyId: string | undefined;
  readonly hash: string | undefined;
}

/** CloudFront's base64, with characters that a URL and a cookie can hold. */
const decode = (text: string): Uint8Array | null =>
  fromBase64(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'));

/**
 * Is the request signed by one of the keys? A URL that bears any of the parameters is judged by them alone, and cookies
 * are not looked at. `now` in milliseconds since 1970.
 */
export function checkSignature(request: HttpRequest, viewer: Viewer, keys: Keys, now: number): SignatureVerdict {
  const inUrl = fromQuery(request.target);
  const signing = inUrl ?? fromCookies(request);
  if (!signing) return 'signature-missing';
  const { signature, keyId, hash } = signing;
  if (signature === undefined || keyId === undefined) return 'signature-missing';
  const key = keys.get(keyId);
  if (!key) return 'signature-key';
  const bytes = decode(signature);
  if (!bytes) return 'signature-malformed';
  const url = `${viewer.secure ? 'https' : 'http'}://${formatHost(request.headers.get('host'))}${withoutSignature(request).target}`;
  const text = signedText(signing, url);
  if (text === null) return 'signature-malformed';
  if (hash !== undefined && hash !== 'SHA1' && hash !== 'SHA256') return 'signature-malformed';
  if (!key.verify(hash === 'SHA256' ? 'sha256' : 'sha1', text, bytes)) return 'signature-wrong';
  // A canned policy is made from the URL itself; what it names has matched with the signature.
  return judge(text, signing.policy === undefined ? null : url, viewer, now);
}

/** The text that was signed: the policy itself, or the canned one that the URL stands for. */
function signedText({ policy, expires }: Signing, url: string): string | null {
  if (policy !== undefined) {
    const bytes = decode(policy);
    return bytes && fromUtf8(bytes);
  }
  if (expires === undefined || !/^\d{1,12}$/.test(expires)) return null;
  return `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
}

interface Statement {
  readonly Resource?: unknown;
  readonly Condition?: {
    readonly DateLessThan?: { readonly 'AWS:EpochTime'?: unknown };
    readonly DateGreaterThan?: { readonly 'AWS:EpochTime'?: unknown };
    readonly IpAddress?: { readonly 'AWS:SourceIp'?: unknown };
  };
}

function judge(text: string, url: string | null, viewer: Viewer, now: number): SignatureVerdict {
  let statements: unknown;
  try {
    statements = (JSON.parse(text) as { readonly Statement?: unknown }).Statement;
  } catch {
    return 'signature-malformed';
  }
  if (!Array.isArray(statements) || statements.length !== 1) return 'signature-malformed';
  const { Resource: resource, Condition: condition } = statements[0] as Statement;
  const until = condition?.DateLessThan?.['AWS:EpochTime'];
  const from = condition?.DateGreaterThan?.['AWS:EpochTime'];
  if (typeof until !== 'number' || (from !== undefined && typeof from !== 'number')) return 'signature-malformed';
  if (now >= until * 1000 || (typeof from === 'number' && now <= from * 1000)) return 'signature-expired';
  if (url !== null && resource !== undefined && (typeof resource !== 'string' || !resourceMatches(resource, url)))
    return 'signature-scope';
  const source = condition?.IpAddress?.['AWS:SourceIp'];
  if (source === undefined) return 'good';
  const { set, bad } = addressSet(typeof source === 'string' ? [source] : []);
  if (typeof source !== 'string' || bad.length > 0) return 'signature-malformed';
  const address = parseAddress(viewer.address);
  return address && set.has(address) ? 'good' : 'signature-scope';
}

function fromQuery(target: string): Signing | null {
  const mark = target.indexOf('?');
  if (mark < 0) return null;
  const found = new Map<string, string>();
  for (const part of target.slice(mark + 1).split('&')) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    if (names.has(name) && !found.has(name)) found.set(name, at < 0 ? '' : part.slice(at + 1));
  }
  const { size } = found;
  if (size === 0 || (size === 1 && found.has('Hash-Algorithm'))) return null;
  return {
    expires: found.get('Expires'),
    policy: found.get('Policy'),
    signature: found.get('Signature'),
    keyId: found.get('Key-Pair-Id'),
    hash: found.get('Hash-Algorithm'),
  };
}

function fromCookies(request: HttpRequest): Signing | null {
  const found = new Map(cookiePairs(request.headers.all('cookie')).filter(([name]) => name.startsWith('CloudFront-')));
  if (found.size === 0) return null;
  return {
    expires: found.get('CloudFront-Expires'),
    policy: found.get('CloudFront-Policy'),
    signature: found.get('CloudFront-Signature'),
    keyId: found.get('CloudFront-Key-Pair-Id'),
    hash: found.get('CloudFront-Hash-Algorithm'),
  };
}

/** The request without its signature: it is neither part of the key nor the origin's business. */
export function withoutSignature(request: HttpRequest): HttpRequest {
  const mark = request.target.indexOf('?');
  if (mark < 0) return request;
  const parts = request.target.slice(mark + 1).split('&');
  const kept = parts.filter((part) => !names.has(part.split('=', 1)[0] as string));
  if (kept.length === parts.length) return request;
  const path = request.target.slice(0, mark);
  return { ...request, target: kept.length === 0 ? path : `${path}?${kept.join('&')}` };
}
