import type { Stage } from './cases.ts';

/** Texts as bytes, one character each. */
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The two template functions that cases use: a quoted text, repeated. */
function fill(data: string): string {
  return data.replace(/\{\{\s*(?:"([^"]*)"|`([^`]*)`)\s*\|\s*repeat\s+(\d+)\s*\}\}/g, (_, quoted, raw, times: string) =>
    String(quoted ?? raw ?? '').repeat(Number(times)),
  );
}

/** Percent-encodes as forms are: letters, digits and `-_.~` stay, a blank becomes `+`. */
function escape(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (char) =>
    char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Would decoding change it, or fail? Then somebody has encoded it already. */
function looksEncoded(text: string): boolean {
  return /[+%]/.test(text);
}

function encodeForm(data: string): string {
  if (looksEncoded(data)) return data;
  return data
    .replace(/&$/, '')
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? escape(pair) : `${escape(pair.slice(0, equals))}=${escape(pair.slice(equals + 1))}`;
    })
    .join('&');
}

/** The exact bytes that the suite's own runner sends for a stage, as a byte string. */
export function wireRequest({ input }: Stage): string {
  if (input.encoded_request) return Buffer.from(input.encoded_request, 'base64').toString('latin1');
  const complete = input.autocomplete_headers ?? !(input.stop_magic ?? false);
  const headers: [name: string, value: string][] = input.ordered_headers
    ? input.ordered_headers.map(({ name, value }) => [bytes(name), bytes(String(value ?? ''))])
    : Object.entries(input.headers ?? {}).map(([name, value]) => [bytes(name), bytes(String(value ?? ''))]);
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted);
  const method = bytes(input.method ?? 'GET');
  let data = input.encoded_data
    ? Buffer.from(input.encoded_data, 'base64').toString('latin1')
    : bytes(fill(String(input.data ?? '')));
  if (data !== '' && complete) {
    if (!has('content-type')) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
    const form = headers.some(
      ([name, value]) =>
        name.toLowerCase() === 'content-type' && value.toLowerCase() === 'application/x-www-form-urlencoded',
    );
    if (form) data = encodeForm(data);
  }
  const multipart = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.toLowerCase().includes('multipart/form-data;'),
  );
  if (multipart) data = data.replaceAll('\n', '\r\n');
  if (complete) {
    if (!has('connection')) headers.push(['Connection', 'close']);
    if (!has('content-length') && (data !== '' || /^POST|PUT|PATCH|DELETE$/.test(method))) {
      headers.push(['Content-Length', String(data.length)]);
    }
  }
  if (!input.ordered_headers) headers.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${bytes(input.uri ?? '/')} ${bytes(input.version ?? 'HTTP/1.1')}\r\n${head}\r\n${data}`;
}
