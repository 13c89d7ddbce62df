import { defineValue } from '../field.ts';
import type { Transaction } from '../transaction.ts';

const protocol = ({ request }: Transaction): string =>
  /^[0-9]/.test(request.version) ? `HTTP/${request.version}` : request.version;

/** Percent codes once to bytes; broken ones stay, and so does `+`, which is no blank in a path. */
function decoded(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** What stands after the last slash; a backslash counts, because some servers take it for one. */
function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

export default [
  defineValue('REQUEST_METHOD', 'request', 'The method.', ({ request }) => request.method),
  defineValue('REQUEST_PROTOCOL', 'request', 'The protocol and its version, e.g. `HTTP/1.1`.', protocol),
  defineValue('REQUEST_LINE', 'request', 'The whole request line, undecoded.', (transaction) =>
    [transaction.request.method, transaction.request.target, protocol(transaction)]
      .filter((part) => part !== '')
      .join(' '),
  ),
  defineValue('REQUEST_URI_RAW', 'request', 'The request target as it came.', ({ request }) => request.target),
  defineValue(
    'REQUEST_URI',
    'request',
    'Path and query, undecoded, without scheme and host.',
    ({ target }) => target.uri,
  ),
  defineValue('REQUEST_FILENAME', 'request', 'The path, decoded once, without the query.', ({ target }) =>
    decoded(target.path),
  ),
  defineValue('REQUEST_BASENAME', 'request', 'The last part of the path, decoded once.', ({ target }) =>
    baseName(decoded(target.path)),
  ),
  defineValue('PATH_INFO', 'request', 'The same as `REQUEST_FILENAME`: no script is cut off.', ({ target }) =>
    decoded(target.path),
  ),
  defineValue(
    'QUERY_STRING',
    'request',
    'The query, undecoded, without its question mark.',
    ({ target }) => target.query ?? '',
  ),
] as const;
