import { listOf, type HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';

/** CORS of an HTTP API: the gateway answers preflights and owns the CORS fields of every answer. */
export interface CorsRules {
  /** Exact origins, `*`, `https://*` or `http://*`. */
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds; null leaves the field out. */
  readonly maxAge: number | null;
  readonly allowCredentials: boolean;
}

/** Is it a preflight that the gateway answers by itself? */
export const isPreflight = (request: HttpRequest): boolean =>
  request.method === 'OPTIONS' && request.headers.has('origin') && request.headers.has('access-control-request-method');

/** What `Access-Control-Allow-Origin` says to this origin; null: nothing. */
export function allowedOrigin(rules: CorsRules, origin: string | undefined): string | null {
  if (origin === undefined) return null;
  if (rules.allowOrigins.includes('*')) return '*';
  if (rules.allowOrigins.includes(origin)) return origin;
  const scheme = /^(https?):\/\//.exec(origin)?.[1];
  return scheme !== undefined && rules.allowOrigins.includes(`${scheme}://*`) ? origin : null;
}

/** Fields of a preflight's answer; none when origin or method is not allowed. */
export function preflightFields(rules: CorsRules, request: HttpRequest): [string, string][] {
  const origin = allowedOrigin(rules, request.headers.get('origin'));
  if (origin === null) return [];
  const method = (request.headers.get('access-control-request-method') ?? '').toUpperCase();
  if (!rules.allowMethods.includes('*') && !rules.allowMethods.some((each) => each.toUpperCase() === method)) return [];
  const asked = listOf((request.headers.joined('access-control-request-headers') ?? '').toLowerCase());
  const known = new Set(rules.allowHeaders.map((name) => name.toLowerCase()));
  if (!known.has('*') && asked.some((name) => !known.has(name))) return [];
  const fields: [string, string][] = [
    ['access-control-allow-origin', origin],
    ['access-control-allow-methods', rules.allowMethods.join(',')],
  ];
  if (rules.allowHeaders.length > 0) fields.push(['access-control-allow-headers', rules.allowHeaders.join(',')]);
  if (rules.maxAge !== null) fields.push(['access-control-max-age', String(rules.maxAge)]);
  if (rules.allowCredentials) fields.push(['access-control-allow-credentials', 'true']);
  if (origin !== '*') fields.push(['vary', 'origin']);
  return fields;
}

const owned = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
];

/** An answer's fields with the backend's own CORS fields taken out and the gateway's put in. */
export function withCors(rules: CorsRules, headers: HeaderList, originField: string | undefined): HeaderList {
  let out = headers.without(...owned);
  const origin = allowedOrigin(rules, originField);
  if (origin === null) return out;
  out = out.append('access-control-allow-origin', origin);
  if (rules.allowCredentials) out = out.append('access-control-allow-credentials', 'true');
  if (rules.exposeHeaders.length > 0) out = out.append('access-control-expose-headers', rules.exposeHeaders.join(','));
  return origin === '*' ? out : out.append('vary', 'origin');
}

/** What is wrong with the rules, or null. */
export function corsProblem(rules: CorsRules): string | null {
  if (rules.allowCredentials && rules.allowOrigins.includes('*'))
    return 'allowOrigins "*" may not go with allowCredentials';
  const bad = rules.allowOrigins.find((origin) => origin !== '*' && !/^https?:\/\/(?:\*|[^/*\s]+)$/.test(origin));
  return bad === undefined ? null : `"${bad}" is no origin: wanted "https://host", "https://*", "http://*" or "*"`;
}
