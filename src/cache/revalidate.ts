import { isStrongTag } from '../http/etag.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { ObjectMeta } from '../ports/objects.ts';
import { keepUntil, keptFields, tagsOf, type Entry, type EntryHead } from './entry.ts';
import type { Terms } from './fresh.ts';
import type { CachePolicy } from './policy.ts';

/** Fields by which a viewer asks about his own copy; the cache asks for itself and answers the viewer afterwards. */
const conditions = ['if-none-match', 'if-modified-since', 'if-range', 'range'] as const;

/** The request as the cache sends it when it wants the whole response. */
export const unconditional = (request: HttpRequest): HttpRequest => ({
  ...request,
  headers: request.headers.without(...conditions),
});

/** The request that asks whether the stored response is still good (RFC 9111 section 4.3.1). */
export function conditional(request: HttpRequest, entry: Entry): HttpRequest {
  let headers = request.headers.without(...conditions);
  if (entry.etag !== undefined) headers = headers.append('If-None-Match', entry.etag);
  if (entry.lastModified !== undefined) headers = headers.append('If-Modified-Since', entry.lastModified);
  return { ...request, headers };
}

/**
 * Does this 304 speak of the stored response (RFC 9111 section 4.3.4)? A strong tag in it must be the stored one; a
 * weak one must match weakly; a bare Last-Modified must be the same. Without any, it answers the one question we asked.
 */
export function confirms(response: HttpResponse, entry: Entry): boolean {
  const tag = response.headers.get('etag');
  if (tag !== undefined) {
    if (entry.etag === undefined) return false;
    return isStrongTag(tag) ? tag === entry.etag : tag.replace(/^W\//, '') === entry.etag.replace(/^W\//, '');
  }
  const modified = response.headers.get('last-modified');
  return modified === undefined || entry.lastModified === undefined || modified === entry.lastModified;
}

/** Fields that describe the stored bytes: an answer without the bytes cannot change them (RFC 9111 section 3.2). */
const boundToBytes = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-range',
  'etag',
  'content-digest',
  'repr-digest',
  'digest',
]);

/** The stored fields with those of a newer answer in their place, lines of one name exchanged together. */
export function updatedFields(stored: HeaderList, newer: HeaderList, policy: CachePolicy): readonly string[] {
  const fresh = HeaderList.fromFlat(keptFields(newer, policy));
  const replaced = new Set(fresh.names.filter((name) => !boundToBytes.has(name)));
  const flat: string[] = [];
  for (const [at, name] of stored.names.entries()) {
    if (!replaced.has(name)) flat.push(stored.flat[at * 2] as string, stored.flat[at * 2 + 1] as string);
  }
  for (const [at, name] of fresh.names.entries()) {
    if (replaced.has(name)) flat.push(fresh.flat[at * 2] as string, fresh.flat[at * 2 + 1] as string);
  }
  return flat;
}

/** The entry's metadata after a 304 or a HEAD: fields updated, terms new, bytes the same. */
export function freshened(
  entry: Entry,
  flat: readonly string[],
  terms: Terms,
  policy: CachePolicy,
  at: number,
): ObjectMeta {
  const head: EntryHead = { ...entry.head, flat, terms, born: at, retryAt: 0 };
  return {
    ...entry.object.meta,
    tags: policy.tagHeader === null ? entry.object.meta.tags : tagsOf(HeaderList.fromFlat(flat), policy),
    keepUntil: keepUntil(head, policy),
    head,
  };
}

/** The entry after the origin failed: served as it is until then, without asking. */
export function heldUntil(entry: Entry, until: number): ObjectMeta {
  return { ...entry.object.meta, head: { ...entry.head, retryAt: until } };
}

/** Does a HEAD's answer describe the stored response (RFC 9111 section 4.3.5)? */
export function describes(response: HttpResponse, entry: Entry): boolean {
  if (response.status !== entry.head.status || entry.head.part) return false;
  const { headers } = response;
  const [tag, modified, length] = [headers.get('etag'), headers.get('last-modified'), headers.get('content-length')];
  if (tag !== undefined && tag !== entry.etag) return false;
  if (modified !== undefined && modified !== entry.lastModified) return false;
  if (length !== undefined && Number(length) !== entry.size) return false;
  return tag !== undefined || modified !== undefined || length !== undefined;
}
