import { defineValue } from '../field.ts';
import type { Transaction } from '../transaction.ts';

// JSON is shown although ModSecurity v2 does not: an argument's name says where a value stands, not how its key was written.
const shown = ({ bodyProcessor, forceBody, bodyText }: Transaction): string =>
  bodyProcessor === 'URLENCODED' || bodyProcessor === 'JSON' || (bodyProcessor === '' && forceBody) ? bodyText : '';

const head = ({ request }: Transaction): string =>
  `${request.method} ${request.target} HTTP/${request.version}\n${request.headers.map(([name, value]) => `${name}: ${value}\n`).join('')}\n`;

export default [
  defineValue(
    'REQUEST_BODY',
    'request-body',
    'The raw body of a form or of JSON, or of any body without a processor when `ctl:forceRequestBodyVariable=On`.',
    shown,
  ),
  defineValue('REQUEST_BODY_LENGTH', 'request-body', 'Bytes of the body.', ({ bodyLength }) => bodyLength),
  defineValue(
    'FULL_REQUEST',
    'request-body',
    'Head and body together.',
    (transaction) => head(transaction) + transaction.bodyText,
  ),
  defineValue(
    'FULL_REQUEST_LENGTH',
    'request-body',
    'Bytes of head and body together.',
    (transaction) => head(transaction).length + transaction.bodyLength,
  ),
  defineValue('INBOUND_DATA_ERROR', 'request-body', '1 when the body was longer than the limit.', ({ bodyTooLong }) =>
    bodyTooLong ? 1 : 0,
  ),
] as const;
