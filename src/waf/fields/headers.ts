import { definePairs, defineValue } from '../field.ts';
import { headerOf } from '../request.ts';

export default [
  definePairs(
    'REQUEST_HEADERS',
    'request',
    'Values of request header fields, one for each line.',
    ({ request }) => request.headers,
  ),
  definePairs('REQUEST_HEADERS_NAMES', 'request', 'Names of request header fields.', ({ request }) =>
    request.headers.map(([name]) => [name, name] as const),
  ),
  defineValue('SERVER_NAME', 'request', 'The host that the request names, without its port.', ({ request }) =>
    (headerOf(request.headers, 'host') ?? '').replace(/:\d*$/, '').toLowerCase(),
  ),
  defineValue(
    'AUTH_TYPE',
    'request',
    'The scheme of the Authorization header.',
    ({ request }) => /^\s*(\S*)/.exec(headerOf(request.headers, 'authorization') ?? '')?.[1] ?? '',
  ),
] as const;
