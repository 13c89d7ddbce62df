import type { NotServed, NotStored } from './why.ts';

/** What the cache did, told in `Cache-Status` (RFC 9211) or in CloudFront's `X-Cache`. */
export type Did =
  | { readonly what: 'hit'; readonly ttl: number; readonly stale: boolean; readonly detail?: string }
  | { readonly what: 'revalidated'; readonly ttl: number }
  | {
      readonly what: 'forwarded';
      readonly why: NotServed;
      readonly status: number;
      readonly stored: true | NotStored | null;
      readonly collapsed: boolean;
    };

const forward: Readonly<Record<NotServed, string>> = {
  method: 'method',
  off: 'bypass',
  upgrade: 'bypass',
  'fat-get': 'bypass',
  'key-too-long': 'bypass',
  precondition: 'bypass',
  nothing: 'uri-miss',
  variant: 'vary-miss',
  part: 'partial',
  expired: 'stale',
  'no-cache': 'stale',
  'request-no-cache': 'request',
  'request-max-age': 'request',
  'request-min-fresh': 'request',
  gone: 'miss',
  'store-broken': 'bypass',
};

/** The member that this cache adds; `ttl` in whole seconds, negative when it is stale. */
export function cacheStatus(did: Did): string {
  switch (did.what) {
    case 'hit':
      return `sallyport; hit; ttl=${Math.floor(did.ttl / 1000)}${did.detail ? `; detail=${did.detail}` : ''}`;
    case 'revalidated':
      return `sallyport; fwd=stale; fwd-status=304; stored; ttl=${Math.floor(did.ttl / 1000)}`;
    case 'forwarded': {
      const stored = did.stored === true ? '; stored' : '';
      const collapsed = did.collapsed ? '; collapsed' : '';
      const detail = typeof did.stored === 'string' ? `; detail=${did.stored}` : '';
      return `sallyport; fwd=${forward[did.why]}; fwd-status=${did.status}${stored}${collapsed}${detail}`;
    }
  }
}

export type CacheResult = 'Hit' | 'RefreshHit' | 'Miss' | 'Error';

/** CloudFront's word for it; whatever ends in 400 or more is an `Error`. */
export function cacheResult(did: Did, status: number): CacheResult {
  if (status >= 400) return 'Error';
  if (did.what === 'forwarded') return did.collapsed ? 'Hit' : 'Miss';
  return did.what === 'hit' ? 'Hit' : 'RefreshHit';
}

/** The header line that says so, after those of caches behind us. */
export function tell(flat: string[], did: Did, status: number, cloudfront: boolean): void {
  if (cloudfront) flat.push('X-Cache', `${cacheResult(did, status)} from sallyport`);
  else flat.push('Cache-Status', cacheStatus(did));
}
