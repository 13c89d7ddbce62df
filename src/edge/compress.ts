import { Body } from '../http/body.ts';
import { parseMediaType } from '../http/media-type.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { codingWeight, parsePreferences } from '../http/negotiate.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Stage } from '../flow/stage.ts';
import type { Coding, Compressor } from '../ports/compressor.ts';
import { behaviourOf } from './behaviour.ts';

export interface CompressRules {
  /** In order of preference; empty: nothing is compressed. */
  readonly codings: readonly Coding[];
}

const LEAST = 1000;
const MOST = 10_000_000;

/** Types that CloudFront compresses. */
const types = new Set([
  'application/dash+xml',
  'application/eot',
  'application/font',
  'application/font-sfnt',
  'application/javascript',
  'application/json',
  'application/opentype',
  'application/otf',
  'application/pdf',
  'application/pkcs7-mime',
  'application/protobuf',
  'application/rss+xml',
  'application/truetype',
  'application/ttf',
  'application/vnd.apple.mpegurl',
  'application/vnd.mapbox-vector-tile',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/xhtml+xml',
  'application/xml',
  'application/x-font-opentype',
  'application/x-font-truetype',
  'application/x-font-ttf',
  'application/x-httpd-cgi',
  'application/x-javascript',
  'application/x-mpegurl',
  'application/x-opentype',
  'application/x-otf',
  'application/x-perl',
  'application/x-ttf',
  'font/eot',
  'font/opentype',
  'font/otf',
  'font/ttf',
  'image/svg+xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/js',
  'text/plain',
  'text/richtext',
  'text/tab-separated-values',
  'text/xml',
  'text/x-component',
  'text/x-java-source',
  'text/x-script',
]);

/** Why an answer is not compressed: the first condition that does not hold. */
export type Uncompressed = 'off' | 'coding' | 'status' | 'encoded' | 'length' | 'type' | 'no-transform' | 'body';

/** The coding for this answer, or why none. */
export function codingFor(
  request: HttpRequest,
  response: HttpResponse,
  codings: readonly Coding[],
): Coding | Uncompressed {
  if (codings.length === 0) return 'off';
  const { headers, status, body } = response;
  const wanted = request.version === '1.0' ? [] : parsePreferences(request.headers.joined('accept-encoding') ?? '');
  const coding = codings.find((each) => codingWeight(wanted, each) > 0);
  if (!coding) return 'coding';
  if (status !== 200 && status !== 403 && status !== 404) return 'status';
  if (headers.has('content-encoding')) return 'encoded';
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (!(length >= LEAST && length <= MOST)) return 'length';
  if (!types.has(parseMediaType(headers.get('content-type') ?? '')?.essence ?? '')) return 'type';
  if (/\bno-transform\b/i.test(headers.joined('cache-control') ?? '')) return 'no-transform';
  return body === null || request.method === 'HEAD' ? 'body' : coding;
}

/** Compresses on the way to the store, once; the viewer's wish is in the cache key. */
export function compress(rules: readonly CompressRules[], compressor: Compressor): Stage {
  return {
    name: 'edge.compress',
    async handle(exchange, next) {
      const codings = rules[behaviourOf(exchange)]?.codings ?? [];
      if (codings.length === 0) return next(exchange);
      const { request } = exchange;
      const response = await next(exchange);
      const coding = codingFor(
        request,
        response,
        codings.filter((each) => compressor.codings.includes(each)),
      );
      return compressor.codings.includes(coding as Coding)
        ? compressed(exchange, response, coding as Coding, compressor)
        : response;
    },
  };
}

async function compressed(
  exchange: Exchange,
  response: HttpResponse,
  coding: Coding,
  compressor: Compressor,
): Promise<HttpResponse> {
  const plain = await (response.body as Body).bytes(MOST);
  const bytes = await compressor.compress(coding, plain);
  exchange.trace.note('edge.compress', 'compressed', { coding, from: plain.length, to: bytes.length });
  let headers = response.headers.without('content-length', 'content-md5', 'accept-ranges', 'etag');
  const tag = response.headers.get('etag');
  // The bytes are others now: a strong tag would claim that they are the same. One that is not well formed goes.
  if (tag !== undefined && /^(?:W\/)?"[^"]*"$/.test(tag))
    headers = headers.append('ETag', tag.startsWith('W/') ? tag : `W/${tag}`);
  headers = headers.append('Content-Encoding', coding).append('Content-Length', String(bytes.length));
  if (!/\baccept-encoding\b/i.test(headers.joined('vary') ?? '')) headers = headers.append('Vary', 'Accept-Encoding');
  return { ...response, headers, body: Body.of(bytes) };
}
