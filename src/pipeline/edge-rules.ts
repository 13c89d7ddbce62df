import { selects } from '../cache/policy.ts';
import { acceptedEncodings } from '../cache/key.ts';
import type { Behaviour } from '../config/behaviours.ts';
import type { Selection } from '../config/cache.ts';
import { compilePolicy, type CachePolicy } from '../cache/policy.ts';
import { managedOriginRequest } from '../edge/managed.ts';
import type { OriginRequestRules } from '../edge/origin-request.ts';
import { knownViewerFields } from '../edge/viewer-fields.ts';
import type { Coding } from '../ports/compressor.ts';

/** What one behaviour of the document means to the stages; read once. */

export function cachePolicyOf(behaviour: Behaviour, credentials: readonly string[]): CachePolicy | null {
  if (!behaviour.cache) return null;
  const policy = compilePolicy({ ...behaviour.cache, credentials: [...behaviour.cache.credentials, ...credentials] });
  const cookies = behaviour.originRequest && resolved(behaviour)?.cookies !== 'none';
  // Where the origin sees cookies, two viewers are two requests, whatever the key says.
  return policy.cloudfront && cookies ? { ...policy, collapse: false } : policy;
}

interface Resolved {
  readonly headers: Selection;
  readonly cloudfront: readonly string[];
  readonly query: Selection;
  readonly cookies: Selection;
}

function resolved({ originRequest }: Behaviour): Resolved | null {
  if (!originRequest) return null;
  return originRequest.managed === undefined ? originRequest : managedOriginRequest(originRequest.managed);
}

const none: Resolved = { headers: 'none', cloudfront: [], query: 'none', cookies: 'none' };

/** The union of what the policy lists and what is in the key. */
export function originRequestOf(behaviour: Behaviour, policy: CachePolicy | null): OriginRequestRules {
  const given = resolved(behaviour);
  const everything = given === null && !policy?.cloudfront;
  const own = given ?? none;
  const key = policy?.key;
  const headers = ignoringCase(own.headers);
  const query = selects(own.query);
  const cookie = selects(own.cookies);
  const made = madeFields(own, policy);
  return {
    everything,
    header: (name) => headers(name) || Boolean(key?.headers.includes(name)),
    query: (name) => query(name) || (key ? key.query === null || key.query(name) : false),
    cookie: (name) => cookie(name) || Boolean(key?.cookies?.(name)),
    cookies: own.cookies !== 'none' || Boolean(key?.cookies),
    made,
    encodings: (request) => encodingsFor(policy?.key.encodings ?? [], request),
    // With an origin of its own the path is put on last: functions see the request without it.
    path: behaviour.origin === undefined ? (behaviour.originPath ?? '') : '',
    // As CloudFront: these two always, User-Agent where a device field stands in for it, the rest where it was sent on.
    varies: (name) =>
      name === 'accept-encoding' ||
      name === 'cookie' ||
      headers(name) ||
      Boolean(key?.headers.includes(name)) ||
      (name === 'user-agent' && made.some((field) => field.startsWith('cloudfront-is-'))),
  };
}

/** CloudFront's spelling of Accept-Encoding for the origin; null: the field is one like others. */
function encodingsFor(enabled: readonly string[], request: Parameters<typeof acceptedEncodings>[0]): string | null {
  if (enabled.length === 0) return null;
  if (!request.headers.has('accept-encoding')) return '';
  return acceptedEncodings(request, enabled) || 'identity';
}

export function madeFields(own: Pick<Resolved, 'cloudfront'>, policy: CachePolicy | null): string[] {
  const keyed = policy?.key.headers.filter((name) => knownViewerFields.has(name)) ?? [];
  return [...new Set([...own.cloudfront.map((name) => name.toLowerCase()), ...keyed])];
}

const ignoringCase = (selection: Selection): ((name: string) => boolean) => {
  if (typeof selection === 'string') return selects(selection);
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  return selects('only' in selection ? { only: lower(selection.only) } : { except: lower(selection.except) });
};

const preferred: readonly Coding[] = ['zstd', 'br', 'gzip'];

/** Codings that may be made: under CloudFront those of the cache policy, else the usual ones, best first. */
export function codingsOf(behaviour: Behaviour, policy: CachePolicy | null): readonly Coding[] {
  if (!behaviour.compress || (policy?.cloudfront && policy.off)) return [];
  const enabled: readonly string[] =
    policy?.cloudfront || (policy?.key.encodings.length ?? 0) > 0 ? (policy?.key.encodings ?? []) : ['br', 'gzip'];
  return preferred.filter((coding) => enabled.includes(coding));
}
