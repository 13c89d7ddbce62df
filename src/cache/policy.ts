import type { CachePolicyDocument, Selection } from '../config/cache.ts';
import { ms, size } from '../config/words.ts';
import { wildcard } from '../base/match.ts';
import { managed } from './managed.ts';

/** A cache policy as the room reads it: milliseconds, bytes and functions; built once, at load. */
export interface CachePolicy {
  readonly cloudfront: boolean;
  readonly key: KeyPolicy;
  /** Milliseconds. */
  readonly ttl: { readonly min: number; readonly default: number; readonly max: number };
  readonly errorTtl: (status: number) => number;
  readonly heuristic: { readonly share: number; readonly most: number };
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly honourRequest: boolean;
  /** In lower case. */
  readonly targeted: readonly string[];
  readonly surrogate: boolean;
  readonly unreadableAge: 'ignore' | 'stale';
  readonly setCookie: 'refuse' | 'if-public' | 'keep';
  readonly deception: boolean;
  readonly tagHeader: string | null;
  readonly credentials: readonly Credential[];
  readonly collapse: boolean;
  /** Are answers to OPTIONS kept? */
  readonly options: boolean;
  readonly objectBytes: number;
  readonly keepStale: number;
  readonly status: boolean;
  /** True when all TTLs are 0 under CloudFront's rules: nothing is kept, nothing collapsed. */
  readonly off: boolean;
}

export interface Credential {
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
}

export interface KeyPolicy {
  readonly host: boolean;
  readonly scheme: boolean;
  /** Null: the query as it came. */
  readonly query: ((name: string) => boolean) | null;
  readonly sortQuery: boolean;
  /** In lower case, sorted. */
  readonly headers: readonly string[];
  /** Null: no cookie is in the key. */
  readonly cookies: ((name: string) => boolean) | null;
  readonly encodings: readonly string[];
  readonly most: number;
}

/** Which names a selection takes. `*` and `?` in a name are wildcards. */
export function selects(selection: Selection): (name: string) => boolean {
  if (selection === 'none') return () => false;
  if (selection === 'all') return () => true;
  const named = 'only' in selection ? selection.only : selection.except;
  const wanted = 'only' in selection;
  const patterns = named.map((name) => wildcard(name));
  return (name) => patterns.some((pattern) => pattern.test(name)) === wanted;
}

export function compilePolicy(document: CachePolicyDocument): CachePolicy {
  const preset = document.managed === undefined ? null : managed(document.managed);
  const cloudfront = document.semantics === 'cloudfront' || preset !== null;
  const given = preset?.ttl ?? {
    min: ms(document.ttl.min),
    default: document.ttl.default === undefined ? (cloudfront ? 86_400_000 : 0) : ms(document.ttl.default),
    max: ms(document.ttl.max),
  };
  // As CloudFront's API does: raising the minimum raises what lies below it.
  const least = Math.max(given.default, given.min);
  const ttl = { min: given.min, default: least, max: Math.max(given.max, least) };
  const key = preset ? { ...document.key, ...preset.key } : document.key;
  const query = key.query ?? (cloudfront ? 'none' : 'all');
  return {
    cloudfront,
    key: {
      // CloudFront leaves both out, but it knows its hosts and hides the scheme from origins. Here the origin is told of
      // both, and what it is told and no key holds, one caller could choose for all.
      host: key.host ?? true,
      scheme: true,
      query: query === 'all' ? null : selects(query),
      sortQuery: key.sortQuery,
      headers: key.headers.map((name) => name.toLowerCase()).sort(),
      cookies: key.cookies === 'none' ? null : selects(key.cookies),
      encodings: key.encodings,
      most: size(document.keyBytes),
    },
    ttl,
    errorTtl: errorTtls(document.errors),
    heuristic: { share: document.heuristic.share, most: ms(document.heuristic.most) },
    staleWhileRevalidate: ms(document.staleWhileRevalidate),
    staleIfError: ms(document.staleIfError),
    honourRequest: (document.requestDirectives ?? (cloudfront ? 'ignore' : 'honour')) === 'honour',
    targeted: document.targeted.map((name) => name.toLowerCase()),
    surrogate: document.surrogate,
    unreadableAge: document.unreadableAge,
    setCookie: document.setCookie,
    deception: document.deception,
    tagHeader: document.tagHeader?.toLowerCase() ?? null,
    credentials: document.credentials.map(credential),
    // Where cookies are forwarded, two viewers are two requests.
    collapse: document.collapse && !(cloudfront && key.cookies !== 'none'),
    options: document.options,
    objectBytes: size(document.objectBytes),
    keepStale: ms(document.keepStale),
    status: document.status ?? true,
    off: cloudfront && ttl.max === 0,
  };
}

/** Ten seconds unless said otherwise; a refused caller must never lock out the next one, so 401 and 403 get none. */
function errorTtls(errors: Readonly<Record<string, string>>): (status: number) => number {
  const given = new Map(Object.entries(errors).map(([status, text]) => [Number(status), ms(text)]));
  return (status) => given.get(status) ?? (status === 401 || status === 403 ? 0 : 10_000);
}

function credential(text: string): Credential {
  const mark = text.indexOf(':');
  const place = mark < 0 ? 'header' : text.slice(0, mark);
  const name = text.slice(mark + 1);
  if (place === 'query' || place === 'cookie') return { in: place, name };
  return { in: 'header', name: name.toLowerCase() };
}
