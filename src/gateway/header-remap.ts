import { HeaderList } from '../http/headers.ts';

/**
 * A REST API keeps some fields for itself: what the backend says under these names goes on as
 * `x-amzn-Remapped-…`. Documentation and recordings of AWS disagree; see docs/gateway-differences.md.
 */
const remapped = new Set([
  'connection',
  'content-length',
  'date',
  'server',
  'authorization',
  'www-authenticate',
  'x-amzn-requestid',
]);
const dropped = new Set(['transfer-encoding', 'expect', 'host', 'proxy-authenticate', 'te', 'trailer', 'upgrade']);

export function remapHeaders(headers: HeaderList, bodyLength: number | null, now: number): HeaderList {
  const flat: string[] = [];
  let dated = false;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (dropped.has(lower)) continue;
    if (!remapped.has(lower)) {
      flat.push(name, value);
      continue;
    }
    flat.push(`x-amzn-Remapped-${name}`, value);
    if (lower === 'date') dated = true;
  }
  if (bodyLength !== null) flat.push('Content-Length', String(bodyLength));
  if (dated) flat.push('Date', new Date(now).toUTCString());
  return HeaderList.fromFlat(flat);
}
