import type { Directives } from '../http/cache-control.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { parseContentRange, type ContentRange, type RangeSpec } from '../http/range.ts';
import type { Terms } from './fresh.ts';
import type { CachePolicy } from './policy.ts';
import type { NotStored } from './why.ts';

/** All that the decision looks at. Times in milliseconds since 1970. */
export interface Told {
  readonly policy: CachePolicy;
  /** As it was sent on. */
  readonly request: HttpRequest;
  /** As the viewer sent it: what bears credentials that were taken out on the way. */
  readonly arrived: HttpRequest;
  readonly directives: Directives;
  /** The one range that was asked for. */
  readonly range: RangeSpec | null;
  readonly response: HttpResponse;
  readonly requestTime: number;
  readonly responseTime: number;
  /** Did the answer depend on who asked, and does the route not call it shareable? */
  readonly identityBound: boolean;
  /** Can the end of the body be told from a broken connection? */
  readonly unframed: boolean;
  /** Did the tenant become known, or another, after the key was made? */
  readonly tenantMoved: boolean;
}

export type Verdict =
  | { readonly keep: true; readonly terms: Terms; readonly vary: readonly string[]; readonly part: ContentRange | null }
  | { readonly keep: false; readonly why: NotStored };

export const no = (why: NotStored): Verdict => ({ keep: false, why });

/** Kept, it could neither be served nor validated. */
export function isWorthless(headers: HeaderList, good: Terms): 'stale' | 'no-freshness' | null {
  if (headers.has('etag') || headers.has('last-modified')) return null;
  if (good.noCache) return 'stale';
  if (good.lifetime > good.age) return null;
  const windows = good.mustRevalidate ? 0 : Math.max(good.staleWhile, good.staleError);
  if (good.lifetime + windows > good.age && (good.explicit || windows > 0)) return null;
  return good.explicit ? 'stale' : 'no-freshness';
}

/** The part that a 206 brings, when it is one part and inside what was asked. */
export function partOf(headers: HeaderList, asked: RangeSpec | null): ContentRange | null {
  const range = parseContentRange(headers.get('content-range'));
  if (range === null || range.size === null || asked === null) return null;
  const length = headers.get('content-length');
  if (length !== undefined && Number(length) !== range.to - range.from + 1) return null;
  return range;
}
