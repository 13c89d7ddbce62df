import { listOf, type HeaderList } from './headers.ts';

/** RFC 9110 section 7.6.1: fields that are meant for this connection and must not travel to the next. */
export const hopByHopFields: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** What `Connection` nominates besides (names in lower case); null when it nominates nothing, which is nearly always. */
export function nominatedFields(headers: HeaderList): ReadonlySet<string> | null {
  const connection = headers.joined('connection');
  if (connection === undefined) return null;
  const lower = connection.toLowerCase();
  if (lower === 'close' || lower === 'keep-alive') return null;
  const names = listOf(lower).filter((name) => name !== 'close' && name !== 'keep-alive');
  return names.length === 0 ? null : new Set(names);
}
