import { parseHttpDate } from '../http/date.ts';
import { namesTag, sameStrongly, sameWeakly } from '../http/etag.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { formatContentRange, parseRange, resolveRange, type RangeSpec, type Span } from '../http/range.ts';
import type { Entry } from './entry.ts';

/** A stored answer as this viewer asked for it. */
export type Delivery =
  | { readonly kind: 'whole' }
  | { readonly kind: 'head' }
  | { readonly kind: 'part'; readonly span: Span }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'unsatisfiable' };

/** What conditions look at: an entry, or an answer that has just arrived. */
export interface Selected {
  readonly status: number;
  readonly headers: HeaderList;
  /** When it was born, for responses without Last-Modified and Date. */
  readonly born: number;
}

/** RFC 9110 section 13.2.2, for a cache: If-None-Match decides before If-Modified-Since. */
export function isNotModified(request: HttpRequest, selected: Selected, now: number): boolean {
  if (selected.status !== 200 && selected.status !== 206) return false;
  const { headers } = request;
  const tags = headers.joined('if-none-match');
  if (tags !== undefined) return namesTag(tags, selected.headers.get('etag'), sameWeakly);
  const since = parseHttpDate(headers.get('if-modified-since'), now);
  if (since === null) return false;
  // RFC 9111 section 4.3.2: without Last-Modified the Date stands in, and without that our own note of its birth.
  const changed =
    parseHttpDate(selected.headers.get('last-modified'), now) ??
    parseHttpDate(selected.headers.get('date'), now) ??
    selected.born;
  return changed <= since;
}

/** The one range that is asked for; several are answered with the whole, which the RFC allows. */
export function wantedRange(request: HttpRequest): RangeSpec | null {
  if (request.method !== 'GET') return null;
  const specs = parseRange(request.headers.get('range'));
  return specs?.length === 1 ? (specs[0] as RangeSpec) : null;
}

/** RFC 9110 section 13.1.5: a range may be cut only from the representation that the viewer knows. */
export function rangeHolds(request: HttpRequest, headers: HeaderList, now: number): boolean {
  const condition = request.headers.get('if-range');
  if (condition === undefined) return true;
  if (condition.startsWith('"') || condition.startsWith('W/'))
    return sameStrongly(condition, headers.get('etag') ?? '');
  const date = parseHttpDate(condition, now);
  return date !== null && date === parseHttpDate(headers.get('last-modified'), now);
}

export function deliveryOf(request: HttpRequest, entry: Entry, range: RangeSpec | null, now: number): Delivery {
  const { head, headers } = entry;
  if (isNotModified(request, { status: head.status, headers, born: head.born }, now)) return { kind: 'not-modified' };
  if (request.method === 'HEAD') return { kind: 'head' };
  if (range && (head.status === 200 || head.status === 206) && rangeHolds(request, headers, now)) {
    const span = resolveRange(range, entry.size);
    return span ? { kind: 'part', span } : { kind: 'unsatisfiable' };
  }
  return { kind: 'whole' };
}

/** RFC 9110 section 15.4.5: fields that a 304 must bear where a 200 would; the rest describes bytes that are not sent. */
const in304 = new Set([
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'set-cookie',
  'last-modified',
  'cdn-cache-control',
]);

export function fieldsOf304(headers: HeaderList): string[] {
  const flat: string[] = [];
  for (const [at, name] of headers.names.entries()) {
    // Whatever does not describe content travels, so that policies put on by an origin keep holding.
    if (in304.has(name) || !name.startsWith('content-'))
      flat.push(headers.flat[at * 2] as string, headers.flat[at * 2 + 1] as string);
  }
  return flat;
}

export interface Shaped {
  readonly status: number;
  readonly flat: string[];
}

/** Status and fields of a delivery; the body is the store's to read. `Content-Length` is set for whatever will flow. */
export function shape(delivery: Delivery, entry: Entry): Shaped {
  const { head, headers } = entry;
  switch (delivery.kind) {
    case 'not-modified':
      return { status: 304, flat: fieldsOf304(headers) };
    case 'unsatisfiable': {
      const flat = [...headers.without('content-length', 'content-range', 'content-type', 'content-encoding').flat];
      flat.push('Content-Range', `bytes */${entry.size}`, 'Content-Length', '0');
      return { status: 416, flat };
    }
    case 'part': {
      const { span } = delivery;
      const flat = [...headers.without('content-length', 'content-range').flat];
      flat.push(
        'Content-Range',
        formatContentRange(span, entry.size),
        'Content-Length',
        String(span.to - span.from + 1),
      );
      return { status: 206, flat };
    }
    case 'head':
    case 'whole': {
      if (!head.part)
        return {
          status: head.status,
          flat: headers.has('content-length') ? [...headers.flat] : withLength(headers, entry.size, head.status),
        };
      const flat = [...headers.without('content-length', 'content-range').flat, 'Content-Length', String(entry.size)];
      return { status: 200, flat };
    }
  }
}

function withLength(headers: HeaderList, size: number, status: number): string[] {
  return status === 204 ? [...headers.flat] : [...headers.flat, 'Content-Length', String(size)];
}

/** Which bytes of the stored body a delivery sends: `from` inclusive, `to` exclusive; null for none. */
export function bytesOf(delivery: Delivery, entry: Entry): { readonly from: number; readonly to: number } | null {
  const start = entry.head.part?.from ?? 0;
  if (delivery.kind === 'whole') return { from: 0, to: entry.object.size };
  if (delivery.kind === 'part') return { from: delivery.span.from - start, to: delivery.span.to + 1 - start };
  return null;
}
