import { formatHttpDate } from '../http/date.ts';
import { HeaderList, listOf } from '../http/headers.ts';
import { hopByHopFields, nominatedFields } from '../http/hop-by-hop.ts';
import type { HttpResponse, Provenance } from '../http/message.ts';
import type { ContentRange } from '../http/range.ts';
import type { ObjectMeta, StoredObject } from '../ports/objects.ts';
import { capability, directivesFor, type Terms } from './fresh.ts';
import type { CacheKey } from './key.ts';
import type { CachePolicy } from './policy.ts';
import type { Selecting } from './vary.ts';

/** What is kept of a response besides its bytes; plain JSON, read by no one but this room. */
export interface EntryHead {
  readonly status: number;
  /** Header fields: name, value, name, value. */
  readonly flat: readonly string[];
  readonly vary: Selecting;
  /** Milliseconds since 1970: when it arrived. Its age then is in `terms`. */
  readonly born: number;
  readonly terms: Terms;
  /** The bytes that the body holds, when it is a part. */
  readonly part: ContentRange | null;
  /** Who made it. */
  readonly from: Provenance;
  /** Until then a broken origin is not asked again. */
  readonly retryAt: number;
}

export interface Entry {
  readonly object: StoredObject;
  readonly head: EntryHead;
  readonly headers: HeaderList;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Bytes of the whole representation. */
  readonly size: number;
}

/** The entry of a stored object; made once per object and process. */
export function entryOf(object: StoredObject): Entry {
  const made = object.memo as Entry | undefined;
  if (made && made.head === object.meta.head) return made;
  const head = object.meta.head as EntryHead;
  const headers = HeaderList.fromFlat(head.flat);
  const entry: Entry = {
    object,
    head,
    headers,
    etag: headers.get('etag'),
    lastModified: headers.get('last-modified'),
    size: head.part?.size ?? object.size,
  };
  object.memo = entry;
  return entry;
}

export const hasValidator = (entry: Entry): boolean => entry.etag !== undefined || entry.lastModified !== undefined;

/** Fields that belong to one hop or are made anew for each answer. */
const neverKept = new Set(['age', 'proxy-authentication-info', 'proxy-authenticate', 'proxy-authorization', 'trailer']);

/** Header fields as they are kept (RFC 9111 section 3.1): without this hop's, and without those the response names. */
export function keptFields(headers: HeaderList, policy: CachePolicy): readonly string[] {
  const { directives } = directivesFor(headers, policy);
  const drop = new Set([...hopByHopFields, ...(nominatedFields(headers) ?? [])]);
  const named = new Set([...(directives.noCache ?? []), ...(directives.private ?? [])]);
  const flat: string[] = [];
  for (const [at, name] of headers.names.entries()) {
    if (drop.has(name) || neverKept.has(name) || named.has(name)) continue;
    flat.push(headers.flat[at * 2] as string, headers.flat[at * 2 + 1] as string);
  }
  return flat;
}

/** A response without a Date gets the time of its arrival (RFC 9110 section 6.6.1): its age is counted from somewhere. */
export const dated = (headers: HeaderList, at: number): HeaderList =>
  headers.has('date') ? headers : headers.append('Date', formatHttpDate(at));

export interface Making {
  readonly key: CacheKey;
  readonly response: HttpResponse;
  readonly terms: Terms;
  readonly vary: Selecting;
  readonly part: ContentRange | null;
  readonly policy: CachePolicy;
  readonly responseTime: number;
}

export function makeMeta(making: Making): ObjectMeta {
  const { response, terms, part, policy, responseTime } = making;
  const head: EntryHead = {
    status: response.status,
    flat: keptFields(dated(response.headers, responseTime), policy),
    vary: making.vary,
    born: responseTime,
    terms,
    part,
    from: response.from,
    retryAt: 0,
  };
  const span = part === null || (part.from === 0 && part.to + 1 === part.size) ? '' : `${part.from}-${part.to}`;
  return {
    key: making.key.text,
    variant: `${JSON.stringify(making.vary)}${span}`,
    url: making.key.url,
    tags: tagsOf(response.headers, policy),
    keepUntil: keepUntil(head, policy),
    head,
  };
}

/** How long a store need keep it: its lifetime, its stale windows, and time to validate it where it can be. */
export function keepUntil(head: EntryHead, policy: CachePolicy): number {
  const { terms } = head;
  const validator = head.flat.some((name, at) => at % 2 === 0 && /^(?:etag|last-modified)$/i.test(name));
  const after = Math.max(terms.staleWhile, terms.staleError, validator ? policy.keepStale : 0);
  return head.born + Math.max(0, terms.lifetime - terms.age) + after;
}

/** At most fifty, in lower case, visible characters only, as CloudFront counts them. */
export function tagsOf(headers: HeaderList, policy: CachePolicy): readonly string[] {
  const field = policy.tagHeader === null ? undefined : headers.joined(policy.tagHeader);
  if (field === undefined) return [];
  return [
    ...new Set(
      listOf(field)
        .map((tag) => tag.toLowerCase())
        .filter((tag) => /^[\x21-\x7e]{1,256}$/.test(tag)),
    ),
  ].slice(0, 50);
}

/** What we tell an origin that speaks Surrogate-Control. */
export const surrogateCapability = `${capability}="Surrogate/1.0"`;
