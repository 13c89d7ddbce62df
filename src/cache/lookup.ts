import type { Directives, Seconds } from '../http/cache-control.ts';
import type { HeaderList } from '../http/headers.ts';
import { resolveRange, type RangeSpec } from '../http/range.ts';
import type { StoredObject } from '../ports/objects.ts';
import { entryOf, type Entry } from './entry.ts';
import { isSelected } from './vary.ts';
import type { NotServed } from './why.ts';

/** What is to be done with what was found. */
export type Found =
  /** Serve it. `stale` says that its lifetime is over and that somebody allowed that. */
  | { readonly do: 'serve'; readonly entry: Entry; readonly age: number; readonly stale: boolean }
  /** Serve it, and ask the origin behind the viewer's back. */
  | { readonly do: 'serve-and-refresh'; readonly entry: Entry; readonly age: number }
  /** Ask the origin whether it is still good. */
  | { readonly do: 'validate'; readonly entry: Entry; readonly age: number; readonly why: NotServed }
  | {
      readonly do: 'fetch';
      readonly why: NotServed;
      /** A part that the whole could be completed from. */ readonly start: Entry | null;
    };

export interface Wanted {
  readonly headers: HeaderList;
  readonly directives: Directives;
  readonly range: RangeSpec | null;
}

/** Milliseconds since its birth, wherever it spent them. */
export const ageOf = (entry: Entry, now: number): number => entry.head.terms.age + Math.max(0, now - entry.head.born);

/** Which stored response, if any, and in what way (RFC 9111 section 4). */
export function choose(objects: readonly StoredObject[], wanted: Wanted, now: number): Found {
  if (objects.length === 0) return { do: 'fetch', why: 'nothing', start: null };
  let best: Entry | null = null;
  let part: Entry | null = null;
  for (const object of objects) {
    const entry = entryOf(object);
    if (
      entry.head.vary.length > 0 &&
      !isSelected(entry.head.vary, entry.headers.get('content-language'), wanted.headers)
    )
      continue;
    if (covers(entry, wanted.range)) {
      // Of several that fit, the youngest (section 4); a whole one rather than a part of the same age.
      if (!best || entry.head.born > best.head.born || (entry.head.born === best.head.born && !entry.head.part))
        best = entry;
    } else if (!part || entry.head.born > part.head.born) part = entry;
  }
  if (best) return decide(best, wanted.directives, now);
  return { do: 'fetch', why: part ? 'part' : 'variant', start: part };
}

/** Does the entry hold every byte that is asked for? */
export function covers(entry: Entry, range: RangeSpec | null): boolean {
  const { part } = entry.head;
  if (!part || (part.from === 0 && part.to + 1 === part.size)) return true;
  if (!range || part.size === null) return false;
  const span = resolveRange(range, part.size);
  return span !== null && span.from >= part.from && span.to <= part.to;
}

const amount = (value: Seconds | undefined): number | null =>
  value === undefined ? null : value === 'invalid' ? 0 : value * 1000;

/** May this one be served as it is? */
export function decide(entry: Entry, asked: Directives, now: number): Found {
  const { terms, retryAt } = entry.head;
  const age = ageOf(entry, now);
  const validate = (why: NotServed): Found => ({ do: 'validate', entry, age, why });
  if (terms.noCache) return validate('no-cache');
  if (asked.noCache) return validate('request-no-cache');
  const maxAge = amount(asked.maxAge);
  // max-age=0 asks for the origin's word even where nothing has aged yet.
  if (maxAge !== null && (age > maxAge || maxAge === 0)) return validate('request-max-age');
  const left = terms.lifetime - age;
  const minFresh = amount(asked.minFresh);
  if (minFresh !== null && left < minFresh) return validate('request-min-fresh');
  if (left > 0) return { do: 'serve', entry, age, stale: false };
  if (terms.mustRevalidate) return validate('expired');
  if (now < retryAt) return { do: 'serve', entry, age, stale: true };
  if (asked.maxStale !== undefined && (asked.maxStale === 'any' || -left <= (amount(asked.maxStale) as number))) {
    return { do: 'serve', entry, age, stale: true };
  }
  if (-left < terms.staleWhile) return { do: 'serve-and-refresh', entry, age };
  return validate('expired');
}

/** May it stand in for an origin that fails (RFC 5861 section 4)? */
export function mayServeStale(entry: Entry, now: number): boolean {
  const { terms } = entry.head;
  if (terms.mustRevalidate || terms.noCache) return false;
  return ageOf(entry, now) - terms.lifetime < terms.staleError;
}
