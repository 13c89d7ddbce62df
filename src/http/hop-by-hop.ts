import { listOf, type HeaderList } from './headers.ts';

/** RFC 9110 section 7.6.1: fields that are meant for this connection and must not travel to the next. */
const always = new Set([
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

/** Names, in lower case, that must not be forwarded: the fixed list and whatever `Connection` nominates. */
export function hopByHop(headers: HeaderList): ReadonlySet<string> {
  const connection = headers.joined('connection');
  if (connection === undefined) return always;
  const nominated = listOf(connection.toLowerCase()).filter((name) => name !== 'close' && name !== 'keep-alive');
  return nominated.length === 0 ? always : new Set([...always, ...nominated]);
}
