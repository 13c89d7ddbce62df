import type { WafResponse } from '../../../src/waf/request.ts';
import type { Received } from './front-door.ts';

export interface Answer extends WafResponse {
  /** A byte string. */
  readonly body: string;
}

/** What a server says a body is that names no type itself. */
function sniff(body: string): string {
  const start = body.trimStart().slice(0, 16).toLowerCase();
  if (
    /^<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >]/.test(`${start} `)
  )
    return 'text/html; charset=utf-8';
  if (start.startsWith('<?xml')) return 'text/xml; charset=utf-8';
  if (body.startsWith('\x1f\x8b\x08')) return 'application/x-gzip';
  if (body.startsWith('PK\x03\x04')) return 'application/zip';
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(body.slice(0, 512))
    ? 'application/octet-stream'
    : 'text/plain; charset=utf-8';
}

/** The suite's own origin: `/reflect` answers as the JSON in the request says, everything else with an empty 200. */
export function answer({ request, body }: Received): Answer {
  const path = request.target.split('?')[0];
  const empty: Answer = { status: 200, headers: [['Content-Length', '0']], body: '' };
  if (path !== '/reflect' && path !== '/reflect/') return empty;
  let wish: { status?: number; headers?: Record<string, unknown>; body?: string; encodedBody?: string };
  try {
    wish = JSON.parse(Buffer.from(body, 'latin1').toString('utf8')) as typeof wish;
  } catch {
    return { ...empty, status: 400 };
  }
  const text = wish.encodedBody
    ? Buffer.from(wish.encodedBody, 'base64').toString('latin1')
    : Buffer.from(wish.body ?? '', 'utf8').toString('latin1');
  const headers = Object.entries(wish.headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type') && text !== '')
    headers.push(['Content-Type', sniff(text)]);
  headers.push(['Content-Length', String(text.length)]);
  return { status: wish.status ?? 200, headers, body: text };
}
