import type { Selection } from '../config/cache.ts';
import { Fault } from '../base/fault.ts';

/** CloudFront's managed cache policies, by name or id. Times in milliseconds. */
export interface ManagedPolicy {
  readonly id: string;
  readonly ttl: { readonly min: number; readonly default: number; readonly max: number };
  readonly key: {
    readonly headers: string[];
    readonly query: Selection;
    readonly cookies: Selection;
    readonly encodings: ('gzip' | 'br' | 'zstd')[];
    readonly host?: boolean;
  };
}

const day = 86_400_000;
const ttl = (min: number, normal: number, max: number): ManagedPolicy['ttl'] => ({
  min: min * 1000,
  default: normal * 1000,
  max: max * 1000,
});
const both: ('gzip' | 'br')[] = ['gzip', 'br'];
const optimised = ttl(1, day / 1000, (365 * day) / 1000);
const byOrigin = ttl(0, 0, (365 * day) / 1000);
const originKey = ['Host', 'Origin', 'X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method-Override'];

const policies: Readonly<Record<string, ManagedPolicy>> = {
  CachingOptimized: {
    id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
    ttl: optimised,
    key: { headers: [], query: 'none', cookies: 'none', encodings: both },
  },
  CachingOptimizedForUncompressedObjects: {
    id: 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d',
    ttl: optimised,
    key: { headers: [], query: 'none', cookies: 'none', encodings: [] },
  },
  CachingDisabled: {
    id: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
    ttl: ttl(0, 0, 0),
    key: { headers: [], query: 'none', cookies: 'none', encodings: [] },
  },
  Amplify: {
    id: '2e54312d-136d-493c-8eb9-b001f22f67d2',
    ttl: ttl(2, 2, 600),
    key: {
      headers: ['Authorization', 'CloudFront-Viewer-Country', 'Host'],
      query: 'all',
      cookies: 'all',
      encodings: both,
    },
  },
  'Elemental-MediaPackage': {
    id: '08627262-05a9-4f76-9ded-b50ca2e3a84f',
    ttl: ttl(0, day / 1000, (365 * day) / 1000),
    key: {
      headers: ['Origin'],
      query: { only: ['aws.manifestfilter', 'start', 'end', 'm'] },
      cookies: 'none',
      encodings: both,
    },
  },
  UseOriginCacheControlHeaders: {
    id: '83da9c7e-98b4-4e11-a168-04f0df8e2c65',
    ttl: byOrigin,
    key: { headers: originKey, query: 'none', cookies: 'all', encodings: both },
  },
  'UseOriginCacheControlHeaders-QueryStrings': {
    id: '4cc15a8a-d715-48a4-82b8-cc0b614638fe',
    ttl: byOrigin,
    key: { headers: originKey, query: 'all', cookies: 'all', encodings: both },
  },
};

export function managed(name: string): ManagedPolicy {
  const found = policies[name] ?? Object.values(policies).find((policy) => policy.id === name);
  if (!found)
    throw new Fault(
      'config.cache-policy',
      'config',
      `no managed cache policy is called "${name}"; there are ${Object.keys(policies).join(', ')}`,
    );
  return found;
}
