import { formatHost } from './url.ts';
import { HeaderList } from '../http/headers.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Stage } from '../flow/stage.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Geography } from '../ports/geography.ts';
import { behaviourOf } from './behaviour.ts';
import { retarget } from './origin-request.ts';
import { reasons } from './reasons.ts';
import { checkSignature, withoutSignature, type Keys } from './signed.ts';

export interface AccessRules {
  readonly viewerProtocol: 'allow-all' | 'redirect-to-https' | 'https-only';
  /** Null: any method. */
  readonly methods: ReadonlySet<string> | null;
  /** CloudFront refuses a GET with a body. */
  readonly bodilessGet: boolean;
  /** Null: nothing has to be signed. */
  readonly keys: Keys | null;
}

export interface GeoRules {
  readonly geography: Geography;
  readonly countries: ReadonlySet<string>;
  /** True: only those countries; false: all but those. */
  readonly only: boolean;
  /** May an address in that nobody knows? */
  readonly unknown: 'allow' | 'block';
}

export interface AccessOptions {
  /** By behaviour. */
  readonly rules: readonly AccessRules[];
  readonly geo: GeoRules | null;
}

/** May it come in this way? Protocol, method, country, signature: in this order, and before any look at the cache. */
export function access(options: AccessOptions): Stage {
  return {
    name: 'edge.access',
    handle(exchange, next) {
      const rules = options.rules[behaviourOf(exchange)];
      if (!rules) return refuse(exchange, 'edge.access', reasons['no-behaviour']);
      const no =
        protocol(exchange, rules) ??
        method(exchange, rules) ??
        country(exchange, options.geo) ??
        signature(exchange, rules.keys);
      return no ?? next(exchange);
    },
  };
}

function protocol(exchange: Exchange, { viewerProtocol }: AccessRules): HttpResponse | null {
  const { request, viewer } = exchange;
  if (viewerProtocol === 'allow-all' || viewer.secure) return null;
  if (viewerProtocol === 'https-only') return refuse(exchange, 'edge.access', reasons['https-only']);
  const reading = request.method === 'GET' || request.method === 'HEAD';
  // A client older than HTTP/1.1 does not know 307 and would turn a write into a read.
  if (!reading && request.version === '1.0') return refuse(exchange, 'edge.access', reasons['https-only']);
  const location = `https://${formatHost(request.headers.get('host'))}${request.target}`;
  exchange.trace.note('edge.access', 'redirected', { to: 'https' });
  return {
    status: reading ? 301 : 307,
    headers: HeaderList.of({ Location: location, 'Content-Length': '0' }),
    body: null,
    from: { by: 'policy', name: 'redirect-to-https' },
  };
}

function method(exchange: Exchange, rules: AccessRules): HttpResponse | null {
  const { request } = exchange;
  if (rules.methods && !rules.methods.has(request.method)) return refuse(exchange, 'edge.access', reasons.method);
  const hasBody = request.body !== null && request.body.length !== 0;
  if (rules.bodilessGet && request.method === 'GET' && hasBody)
    return refuse(exchange, 'edge.access', reasons['get-with-body']);
  return null;
}

function country(exchange: Exchange, geo: GeoRules | null): HttpResponse | null {
  if (!geo) return null;
  const code = geo.geography.country(exchange.viewer.address);
  // An address database has holes, so unknown places are let in unless the document says otherwise.
  if (code === null ? geo.unknown === 'allow' : geo.countries.has(code) === geo.only) return null;
  return refuse(exchange, 'edge.access', reasons.geo, { facts: { country: code } });
}

function signature(exchange: Exchange, keys: Keys | null): HttpResponse | null {
  if (!keys) return null;
  const { request, viewer, clock } = exchange;
  const verdict = checkSignature(request, viewer, keys, clock.now());
  if (verdict !== 'good') return refuse(exchange, 'edge.access', reasons[verdict]);
  exchange.request = withoutSignature(request);
  retarget(exchange);
  return null;
}
