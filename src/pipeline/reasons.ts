import { defineReasons } from '../trace/reason.ts';

export const admitReasons = defineReasons('admit', {
  'target-form': [400, 'The request target is not a path: absolute and authority forms are for proxies.'],
  'target-character': [400, 'The request target holds a character that does not belong there.'],
  'target-escape': [400, 'The path holds a broken percent-escape, or one that is no UTF-8.'],
  'target-encoded-slash': [400, 'The path holds an encoded slash or backslash; listen.paths.encodedSlash decides.'],
  'target-dot-segment': [400, 'The path holds a "." or ".." segment.'],
  'target-empty-segment': [400, 'The path holds an empty segment; listen.paths.emptySegment decides.'],
  'target-long': [414, 'The request target is longer than listen.limits.targetBytes.'],
  method: [405, 'The method is none that may be served here.'],
  host: [400, 'The Host field is missing, double, or no host.'],
  'header-count': [431, 'More header lines than listen.limits.headerCount.'],
  length: [400, 'Content-Length is no number, or there is more than one.'],
  'transfer-encoding': [
    400,
    'Transfer-Encoding is anything but one "chunked", or stands in a version that does not have it.',
  ],
  version: [505, 'The HTTP version is none that is spoken here.'],
});

export const tenantReasons = defineReasons('tenant', {
  missing: [403, 'The document has tenants, and the request names none.'],
  unknown: [403, 'The request names a tenant that the document does not know.'],
});
