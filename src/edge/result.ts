import type { HttpResponse } from '../http/message.ts';
import type { AccessResult } from '../trace/access.ts';

type CacheResult = 'Hit' | 'RefreshHit' | 'Miss' | 'Error';

/** CloudFront's word for a code of ours; `type` only where the rough word is not `Error`. */
const detailed: Readonly<Record<string, string | readonly [type: string, detailed: string]>> = {
  'edge.geo': 'ClientGeoBlocked',
  'edge.method': 'InvalidRequestMethod',
  'edge.get-with-body': 'InvalidRequest',
  'edge.function-invalid': ['LambdaValidationError', 'LambdaValidationError'],
  'edge.function-threw': ['FunctionExecutionError', 'FunctionExecutionError'],
  'edge.function-limit': ['LambdaLimitExceeded', 'LambdaLimitExceeded'],
  'edge.licence.quota': ['LimitExceeded', 'LimitExceeded'],
  'integration.origin.connect': 'OriginConnectError',
  'integration.origin.connect-timeout': 'OriginCommError',
  'integration.origin.resolve': 'OriginDnsError',
  'integration.origin.not-allowed': 'OriginDnsError',
  'integration.origin.broken': 'OriginReadError',
  'integration.origin.malformed': 'OriginInvalidResponseError',
  'integration.origin.too-large': 'OriginInvalidResponseError',
  'integration.origin.timeout': 'OriginCommError',
  'integration.origin.busy': ['CapacityExceeded', 'CapacityExceeded'],
  'integration.origin.gone': 'ClientHungUpRequest',
};

/** Codes of a whole room, by their beginning. */
const rooms: readonly (readonly [start: string, word: string])[] = [
  ['waf.', 'InvalidRequestBlocked'],
  ['rules.', 'InvalidRequestBlocked'],
  ['admit.header', 'InvalidRequestHeader'],
  ['admit.', 'InvalidRequest'],
  ['integration.origin.', 'OriginError'],
];

/** How an answer is called in a log that CloudFront's users know. */
export function accessResult(response: HttpResponse, cache: CacheResult | null): AccessResult {
  const { from, status } = response;
  const same = (type: string): AccessResult => ({ type, detailed: type });
  if (from.by === 'refusal' || from.by === 'fault') {
    const word = detailed[from.code];
    if (Array.isArray(word)) return { type: word[0] as string, detailed: word[1] as string };
    if (typeof word === 'string') return { type: 'Error', detailed: word };
    if (status === 429) return same('LimitExceeded');
    return { type: 'Error', detailed: rooms.find(([start]) => from.code.startsWith(start))?.[1] ?? 'Error' };
  }
  if (from.by === 'policy' && status >= 300 && status < 400) return same('Redirect');
  if (from.by === 'function') return same(status >= 400 ? 'Error' : 'FunctionGeneratedResponse');
  if (status >= 400 || cache === 'Error') return same('Error');
  return same(cache ?? 'Miss');
}

/** The viewer left in the middle: what began as it may have ended as this. */
export const hungUp: AccessResult = { type: 'Error', detailed: 'ClientCommError' };
/** The origin broke off in the middle of its body. */
export const brokeOff: AccessResult = { type: 'Error', detailed: 'OriginReadError' };
