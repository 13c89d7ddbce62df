import type { HeaderPairs, HeldRequest } from '../../../src/waf/request.ts';

/** A request as a listener hands it on, and what the listener itself would say to it. */
export interface Received {
  readonly request: HeldRequest;
  /** A byte string, chunks put together. */
  readonly body: string;
  /** The listener's own refusal by RFC 9112; `closed` when there is nothing that one could answer. Null: let in. */
  readonly refused: number | 'closed' | null;
}

function unchunk(text: string): string {
  let body = '';
  let at = 0;
  for (;;) {
    const end = text.indexOf('\n', at);
    const size = Number.parseInt(text.slice(at, end < 0 ? undefined : end), 16);
    if (end < 0 || !(size > 0)) return body;
    body += text.slice(end + 1, end + 1 + size);
    at = text.indexOf('\n', end + 1 + size) + 1;
    if (at === 0) return body;
  }
}

function refusalOf(line: readonly string[], headers: HeaderPairs): Received['refused'] {
  const [method = '', target = '', version = ''] = line;
  if (line.length === 2 || version === '') return 'closed';
  const all = (name: string): string[] =>
    headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  if (line.length !== 3 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) return 400;
  if (!/^HTTP\/[1-9](?:\.[0-9])?$/.test(version)) return 400;
  const form =
    target.startsWith('/') || target === '*' || method === 'CONNECT' || /^[a-z][a-z0-9+.-]*:\/\//i.test(target);
  // A fragment is never sent, and a server that cuts one off sees another path than the rules did.
  if (!form || target.includes('#')) return 400;
  if (/%(?![0-9A-Fa-f]{2})/.test(target.split('?')[0] ?? '')) return 400;
  if (headers.some(([, value]) => /[\x00-\x08\x0a-\x1f\x7f]/.test(value))) return 400;
  const hosts = all('host');
  if (version === 'HTTP/1.1' && hosts.length !== 1) return 400;
  const host = hosts[0];
  if (host !== undefined && version !== 'HTTP/1.0' && !/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::\d*)?$/.test(host))
    return 400;
  if (all('content-length').some((value) => !/^\d+$/.test(value))) return 400;
  return headers.some(([name]) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) ? 400 : null;
}

/** Reads one request from a byte string. Lines may end without a carriage return, as servers have it. */
export function receive(wire: string): Received {
  const blank = /\r?\n\r?\n/.exec(wire);
  const head = blank === null ? wire : wire.slice(0, blank.index);
  const rest = blank === null ? '' : wire.slice(blank.index + blank[0].length);
  const [first = '', ...lines] = head.split(/\r?\n/);
  const line = first.split(' ');
  const headers = lines
    .filter((text) => text !== '')
    .map((text): [string, string] => {
      const colon = text.indexOf(':');
      return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
    });
  const value = (name: string): string | undefined => headers.find(([key]) => key.toLowerCase() === name)?.[1];
  const length = value('content-length');
  let body = '';
  if (value('transfer-encoding')?.toLowerCase() === 'chunked') body = unchunk(rest);
  else if (length !== undefined) body = rest.slice(0, /^\d+$/.test(length) ? Number(length) : rest.length);
  const version = line.length > 2 ? (line.at(-1) as string) : '';
  return {
    request: {
      method: line[0] ?? '',
      target: line.slice(1, line.length > 2 ? -1 : undefined).join(' '),
      version: version.replace(/^HTTP\/(?=\d)/, ''),
      headers,
    },
    body,
    refused: refusalOf(line, headers),
  };
}
