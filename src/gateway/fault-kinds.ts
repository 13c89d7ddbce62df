import type { HttpResponse } from '../http/message.ts';
import { responseKind, type ResponseType } from './gateway-responses.ts';

/** What a fault or a refusal of another room becomes at a REST or HTTP API. */
export interface FaultKind {
  readonly status: number;
  readonly type: ResponseType | null;
  readonly message: string | null;
  readonly errorType: string;
}

const internal = { message: 'Internal server error', errorType: 'InternalServerErrorException' };

function known(type: ResponseType, status = responseKind(type).status): FaultKind {
  const { message, errorType } = responseKind(type);
  return { status, type, message, errorType };
}

const networkCodes = new Set([
  'connect',
  'connect-timeout',
  'resolve',
  'not-allowed',
  'broken',
  'malformed',
  'busy',
  'unhealthy',
  'open',
]);

/** Statuses, types and messages by code; the order is from the most to the least particular. */
export function faultKind(kind: 'rest' | 'http', response: HttpResponse): FaultKind {
  const code = response.from.by === 'refusal' || response.from.by === 'fault' ? response.from.code : '';
  const { status } = response;
  if (code === 'integration.origin.timeout' || code === 'integration.function.timeout') {
    return kind === 'rest'
      ? known('INTEGRATION_TIMEOUT')
      : { status: 503, type: null, message: 'Service Unavailable', errorType: '' };
  }
  if (code.startsWith('integration.origin.') && networkCodes.has(code.slice('integration.origin.'.length))) {
    return kind === 'rest'
      ? known('INTEGRATION_FAILURE')
      : { status: 503, type: null, message: 'Service Unavailable', errorType: '' };
  }
  if (code.startsWith('integration.function.')) {
    const own = kind === 'http' ? 500 : status;
    return { status: own, type: null, ...internal };
  }
  if (status === 413) return known('REQUEST_TOO_LARGE');
  if (code.startsWith('waf.') || code.startsWith('rules.')) return known('WAF_FILTERED', status);
  if (code.startsWith('admit.'))
    return {
      status,
      type: null,
      message: status === 400 ? 'Bad Request' : 'Forbidden',
      errorType: 'BadRequestException',
    };
  if (status === 403) return { status, type: null, message: 'Forbidden', errorType: 'ForbiddenException' };
  if (status === 429) return known('THROTTLED');
  if (status === 503)
    return { status, type: null, message: 'Service Unavailable', errorType: 'ServiceUnavailableException' };
  if (status < 500) return { status, type: null, message: 'Bad Request', errorType: 'BadRequestException' };
  return { status: kind === 'http' && status === 502 ? 500 : status, type: null, ...internal };
}
