import { utf8 } from '../base/bytes.ts';
import type { AccessRecord } from '../trace/access.ts';

/** The columns of CloudFront's standard log, version 1.0, in their order. */
export const accessFields = [
  'date',
  'time',
  'x-edge-location',
  'sc-bytes',
  'c-ip',
  'cs-method',
  'cs(Host)',
  'cs-uri-stem',
  'sc-status',
  'cs(Referer)',
  'cs(User-Agent)',
  'cs-uri-query',
  'cs(Cookie)',
  'x-edge-result-type',
  'x-edge-request-id',
  'x-host-header',
  'cs-protocol',
  'cs-bytes',
  'time-taken',
  'x-forwarded-for',
  'ssl-protocol',
  'ssl-cipher',
  'x-edge-response-result-type',
  'cs-protocol-version',
  'fle-status',
  'fle-encrypted-fields',
  'c-port',
  'time-to-first-byte',
  'x-edge-detailed-result-type',
  'sc-content-type',
  'sc-content-len',
  'sc-range-start',
  'sc-range-end',
] as const;

/** The two lines that stand at the head of such a file. */
export const accessHead = `#Version: 1.0\n#Fields: ${accessFields.join(' ')}`;

const percent = (char: string): string =>
  Array.from(utf8(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** What CloudFront encodes: control characters, blanks, quotes, percent signs, and whatever is no ASCII. */
const encoded = (text: string): string => text.replaceAll(/[^\x21\x23\x24\x26-\x5b\x5d-\x7e]/gu, percent);

/** A value that is a URL already: encoded where it is not. What was masked stays readable. */
const once = (text: string): string => text.replaceAll('•', '*').replaceAll(/[^\x21\x23-\x7e]/gu, percent);

const or = (text: string | null): string => (text === null || text === '' ? '-' : text);
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** One line, tab between columns, `-` for what is not there. Cookies are never written: they are what identifies people. */
export function accessLine(
  record: AccessRecord,
  place: { readonly location: string; readonly domain: string },
): string {
  const [date, time] = new Date(record.at).toISOString().split('T') as [string, string];
  const mark = record.target.indexOf('?');
  const stem = mark < 0 ? record.target : record.target.slice(0, mark);
  const query = mark < 0 ? null : record.target.slice(mark + 1);
  const scheme = `${record.status === 101 ? 'ws' : 'http'}${record.secure ? 's' : ''}`;
  const columns: Record<(typeof accessFields)[number], string> = {
    date,
    time: time.slice(0, 8),
    'x-edge-location': place.location,
    'sc-bytes': String(record.bytesOut),
    'c-ip': record.client.address,
    'cs-method': record.method,
    'cs(Host)': place.domain,
    'cs-uri-stem': once(stem),
    'sc-status': String(record.status).padStart(3, '0'),
    'cs(Referer)': or(record.referer && once(record.referer)),
    'cs(User-Agent)': or(record.userAgent && encoded(record.userAgent)),
    'cs-uri-query': or(query && once(query)),
    'cs(Cookie)': '-',
    'x-edge-result-type': record.ended.type,
    'x-edge-request-id': record.id,
    'x-host-header': or(record.host && once(record.host)),
    'cs-protocol': scheme,
    'cs-bytes': String(record.bytesIn),
    'time-taken': seconds(record.ms),
    'x-forwarded-for': or(record.forwardedFor && encoded(record.forwardedFor)),
    'ssl-protocol': or(record.tls?.protocol ?? null),
    'ssl-cipher': or(record.tls?.cipher ?? null),
    'x-edge-response-result-type': record.began.type,
    'cs-protocol-version': `HTTP/${record.version === '2' ? '2.0' : record.version}`,
    'fle-status': '-',
    'fle-encrypted-fields': '-',
    'c-port': String(record.client.port),
    'time-to-first-byte': seconds(record.firstByteMs),
    'x-edge-detailed-result-type': record.ended.detailed,
    'sc-content-type': or(record.contentType && encoded(record.contentType)),
    'sc-content-len': record.contentLength === null ? '-' : String(record.contentLength),
    'sc-range-start': record.range?.from === undefined || record.range.from === null ? '-' : String(record.range.from),
    'sc-range-end': record.range?.to === undefined || record.range.to === null ? '-' : String(record.range.to),
  };
  return accessFields.map((name) => columns[name]).join('\t');
}
