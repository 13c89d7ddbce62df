import { definePairs, defineValue } from '../field.ts';
import { headerOf } from '../request.ts';
import type { Transaction } from '../transaction.ts';

const header = ({ response }: Transaction, name: string): string =>
  response === null ? '' : (headerOf(response.headers, name) ?? '');

export default [
  defineValue(
    'RESPONSE_STATUS',
    'response-head',
    'The status of the response.',
    ({ response }) => response?.status ?? '',
  ),
  defineValue('RESPONSE_PROTOCOL', 'response-head', 'The protocol of the response.', ({ response }) =>
    response === null ? '' : 'HTTP/1.1',
  ),
  definePairs(
    'RESPONSE_HEADERS',
    'response-head',
    'Values of response header fields.',
    ({ response }) => response?.headers ?? [],
  ),
  definePairs('RESPONSE_HEADERS_NAMES', 'response-head', 'Names of response header fields.', ({ response }) =>
    (response?.headers ?? []).map(([name]) => [name, name] as const),
  ),
  defineValue('RESPONSE_CONTENT_TYPE', 'response-head', 'The media type of the response.', (transaction) =>
    header(transaction, 'content-type'),
  ),
  defineValue('RESPONSE_CONTENT_LENGTH', 'response-body', 'Bytes of the response body.', (transaction) =>
    transaction.responseLength > 0 ? transaction.responseLength : header(transaction, 'content-length') || 0,
  ),
  defineValue(
    'RESPONSE_BODY',
    'response-body',
    'The response body, where it is read at all.',
    ({ responseText }) => responseText,
  ),
  defineValue(
    'OUTBOUND_DATA_ERROR',
    'response-body',
    '1 when the response body was longer than the limit.',
    (transaction) => (transaction.responseTooLong ? 1 : 0),
  ),
] as const;
