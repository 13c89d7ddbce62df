import type { ResponseHeadersDocument } from '../../config/edge-parts.ts';
import { ms } from '../../config/words.ts';
import { inPage, type Page } from './page.ts';
import type { Path, Said } from './said.ts';

/** A response headers policy as CloudFormation spells it, without its name. */
export type HeadersShape = Readonly<Record<string, object>>;

/** Fields that CloudFront does not let a policy remove. */
const fixed =
  /^(?:connection|content-encoding|content-length|expect|host|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via|warning|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/i;
/** Fields that a policy sets under words of their own. */
const sections: Readonly<Record<string, string>> = {
  'content-security-policy': '`security.contentSecurityPolicy`',
  'referrer-policy': '`security.referrerPolicy`',
  'strict-transport-security': '`security.strictTransportSecurity`',
  'x-frame-options': '`security.frameOptions`',
  'x-xss-protection': '`security.xssProtection`',
  'x-content-type-options': '`security.contentTypeOptions`',
  'server-timing': '`serverTiming`',
};
const mostPolicyText = 1783;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ALL']);
const referrers = new Set([
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
]);

/** What the viewer is told, as a response headers policy; null: what the origin said. */
export function headersShape(page: Page, said: Said): HeadersShape | null {
  const given = page.behaviour.responseHeaders;
  if (!given) return null;
  const path = inPage(page, 'responseHeaders');
  for (const name of given.remove)
    if (fixed.test(name)) said.wrong([...path, 'remove'], `CloudFront does not let ${name} be removed: leave it out`);
  for (const [at, { name }] of given.set.entries()) {
    const section = /^access-control-/i.test(name) ? '`cors`' : sections[name.toLowerCase()];
    if (section !== undefined)
      said.wrong([...path, 'set', at], `CloudFront sets ${name} under a word of its own: write it under ${section}`);
    else if (fixed.test(name)) said.wrong([...path, 'set', at], `CloudFront does not let ${name} be set: leave it out`);
  }
  const security = securityOf(given.security, [...path, 'security'], said);
  const shape: HeadersShape = {
    ...(given.cors && { corsConfig: corsOf(given.cors, [...path, 'cors'], said) }),
    ...(given.set.length > 0 && {
      customHeadersConfig: { items: given.set.map(({ name, value, override }) => ({ header: name, value, override })) },
    }),
    ...(given.remove.length > 0 && { removeHeadersConfig: { items: given.remove.map((header) => ({ header })) } }),
    ...(Object.keys(security).length > 0 && { securityHeadersConfig: security }),
    ...(given.serverTiming && {
      serverTimingHeadersConfig: { enabled: true, samplingRate: samplingOf(given.serverTiming.sampling, path, said) },
    }),
  };
  return Object.keys(shape).length > 0 ? shape : null;
}

function samplingOf(percent: number, path: Path, said: Said): number {
  const rate = Math.round(percent * 10_000) / 10_000;
  if (rate !== percent)
    said.wrong([...path, 'serverTiming', 'sampling'], `CloudFront takes four decimals of a percent: write ${rate}`);
  return rate;
}

type Security = ResponseHeadersDocument['security'];

function securityOf(given: Security, path: Path, said: Said): HeadersShape {
  const { contentSecurityPolicy: csp, referrerPolicy, frameOptions, contentTypeOptions } = given;
  if (csp && csp.value.length > mostPolicyText)
    said.wrong(
      [...path, 'contentSecurityPolicy'],
      `it has ${csp.value.length} characters, and CloudFront takes ${mostPolicyText}: shorten it, or set it by a \`viewerResponse\` script`,
    );
  if (referrerPolicy && !referrers.has(referrerPolicy.value))
    said.wrong([...path, 'referrerPolicy'], `CloudFront takes one of ${[...referrers].join(', ')}: write one of them`);
  const frame = frameOptions?.value.toUpperCase();
  if (frameOptions && frame !== 'DENY' && frame !== 'SAMEORIGIN')
    said.wrong(
      [...path, 'frameOptions'],
      'CloudFront takes DENY or SAMEORIGIN: say the rest with frame-ancestors in `contentSecurityPolicy`',
    );
  return {
    ...(csp && { contentSecurityPolicy: { contentSecurityPolicy: csp.value, override: csp.override } }),
    ...(referrerPolicy && {
      referrerPolicy: { referrerPolicy: referrerPolicy.value, override: referrerPolicy.override },
    }),
    ...(frameOptions && { frameOptions: { frameOption: frame, override: frameOptions.override } }),
    ...(contentTypeOptions && { contentTypeOptions: { override: contentTypeOptions.override } }),
    ...(given.strictTransportSecurity && {
      strictTransportSecurity: transportOf(given.strictTransportSecurity, [...path, 'strictTransportSecurity'], said),
    }),
    ...(given.xssProtection && { xssProtection: xssOf(given.xssProtection, [...path, 'xssProtection'], said) }),
  };
}

interface Secured {
  readonly value: string;
  readonly override: boolean;
}

const wordsOf = (value: string): string[] => value.split(';').map((word) => word.trim());

function transportOf({ value, override }: Secured, path: Path, said: Said): object {
  let seconds: number | null = null;
  const more: Record<string, boolean> = {};
  for (const word of wordsOf(value)) {
    const age = /^max-age="?(\d+)"?$/i.exec(word);
    if (age) seconds = Number(age[1]);
    else if (/^includeSubDomains$/i.test(word)) more['includeSubdomains'] = true;
    else if (/^preload$/i.test(word)) more['preload'] = true;
    else if (word !== '') said.wrong(path, `CloudFront knows max-age, includeSubDomains and preload, not "${word}"`);
  }
  if (seconds === null) said.wrong(path, 'it has no max-age: write e.g. "max-age=31536000; includeSubDomains"');
  return { accessControlMaxAgeSec: seconds ?? 0, override, ...more };
}

function xssOf({ value, override }: Secured, path: Path, said: Said): object {
  const [on = '', ...more] = wordsOf(value);
  if (on !== '0' && on !== '1') said.wrong(path, 'wanted "0" or "1", e.g. "1; mode=block"');
  const modeBlock = more.some((word) => /^mode=block$/i.test(word));
  const report = more.find((word) => /^report=/i.test(word))?.slice('report='.length);
  if (modeBlock && report !== undefined)
    said.wrong(path, 'CloudFront takes mode=block or report=, not both: leave one out');
  return {
    protection: on === '1',
    override,
    ...(modeBlock && { modeBlock }),
    ...(report !== undefined && { reportUri: report }),
  };
}

type Cors = NonNullable<ResponseHeadersDocument['cors']>;

function corsOf(cors: Cors, path: Path, said: Said): object {
  for (const origin of cors.origins)
    if (origin.includes('*') && origin !== '*' && !/^(?:https?:\/\/)?\*\.[^*]+$/.test(origin))
      said.wrong([...path, 'origins'], `CloudFront takes "*" as the leftmost label only, not ${origin}`);
  for (const method of cors.methods)
    if (!methods.has(method))
      said.wrong([...path, 'methods'], `CloudFront takes ${[...methods].join(', ')}, not ${method}`);
  if (cors.credentials && cors.headers.some((name) => name.includes('*')))
    said.wrong([...path, 'headers'], 'with `credentials`, CloudFront (as browsers do) wants the headers by name');
  if (cors.credentials && cors.origins.includes('*'))
    said.wrong([...path, 'origins'], 'with `credentials`, browsers want the origin by name: list the origins');
  if (cors.headers.length === 0)
    said.wrong([...path, 'headers'], 'CloudFront wants one at least: name a header that pages may send, or "*"');
  const seconds = cors.maxAge === undefined ? null : ms(cors.maxAge) / 1000;
  if (seconds !== null && !Number.isInteger(seconds))
    said.wrong([...path, 'maxAge'], 'CloudFront counts whole seconds');
  return {
    accessControlAllowOrigins: { items: cors.origins },
    accessControlAllowMethods: { items: cors.methods },
    accessControlAllowHeaders: { items: cors.headers },
    accessControlAllowCredentials: cors.credentials,
    originOverride: cors.override,
    ...(cors.expose.length > 0 && { accessControlExposeHeaders: { items: cors.expose } }),
    ...(seconds !== null && { accessControlMaxAgeSec: Math.floor(seconds) }),
  };
}
