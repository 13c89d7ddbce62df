import type { Document } from '../../config/document.ts';
import { origin as originPage, type Origin } from '../../config/origins.ts';
import { ms } from '../../config/words.ts';
import { isPrivate } from '../private-host.ts';
import { inPage, type Page } from './page.ts';
import type { Path, Said } from './said.ts';

/** One origin of a distribution. Times in seconds. */
export interface OneOrigin {
  readonly domain: string;
  readonly protocol: 'http' | 'https';
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attempts: number;
  readonly connect: number;
  readonly read: number;
  readonly keepAlive: number;
}

export type OriginChoice =
  /** The document's routes, behind an API of their own. */
  | { readonly kind: 'line'; readonly path: string; readonly attempts: number }
  | { readonly kind: 'one'; readonly origin: OneOrigin }
  | {
      readonly kind: 'group';
      readonly primary: OneOrigin;
      readonly secondary: OneOrigin;
      readonly failover: readonly number[];
    };

const mayFailOver = new Set([400, 403, 404, 416, 429, 500, 502, 503, 504]);
const neverSent =
  /^(?:cache-control|connection|content-length|cookie|host|if-.*|max-forwards|pragma|proxy-.*|range|request-range|te|trailer|transfer-encoding|upgrade|via|x-amz-.*|x-edge-.*|x-real-ip)$/i;
/** Of a document that says nothing: what equals it was not asked for. */
const left = originPage.parse({ url: 'https://a.test' });

/** Where a behaviour's requests go. */
export function originChoice(page: Page, document: Document, said: Said): OriginChoice {
  const { origin: name, originPath: path = '', attempts } = page.behaviour;
  if (name === undefined) return { kind: 'line', path, attempts };
  const group = document.edge?.originGroups[name];
  if (!group) return { kind: 'one', origin: oneOrigin(name, page, document, said) };
  const groupPath: Path = ['edge', 'originGroups', name];
  for (const status of group.failover)
    if (!mayFailOver.has(status))
      said.wrong(
        [...groupPath, 'failover'],
        `CloudFront fails over on ${[...mayFailOver].join(', ')}, not on ${status}: leave it out`,
      );
  if (group.failover.length === 0)
    said.wrong([...groupPath, 'failover'], 'CloudFront wants one status at least: write e.g. [502, 503, 504]');
  if (page.behaviour.methods === 'all')
    said.wrong(
      inPage(page, 'methods'),
      'CloudFront lets no writes go to an origin group: write "read" or "read-and-options", and a behaviour of its own with one origin for writes',
    );
  const [primary, secondary] = group.origins.map((each) => oneOrigin(each, page, document, said));
  return {
    kind: 'group',
    primary: primary as OneOrigin,
    secondary: secondary as OneOrigin,
    failover: group.failover,
  };
}

function oneOrigin(name: string, page: Page, document: Document, said: Said): OneOrigin {
  const { originPath: path = '', attempts } = page.behaviour;
  const given = document.origins[name];
  if (!given) {
    const known = [...Object.keys(document.origins), ...Object.keys(document.edge?.originGroups ?? {})];
    said.wrong(
      inPage(page, 'origin'),
      `no origin or origin group is called "${name}"; there are ${known.join(', ') || 'none'}`,
    );
    return oneOf(left, { path, attempts });
  }
  const at: Path = ['origins', name];
  const { hostname, port, protocol } = new URL(given.url);
  if (isPrivate(hostname) || /^[\d.]+$|^\[/.test(hostname) || !hostname.includes('.'))
    said.wrong(
      inPage(page, 'origin'),
      `CloudFront reaches public names, not ${given.url} (origins.${name}): leave \`origin\` out and write a route to it, which a function in the VPC answers (give \`vpc\`)`,
    );
  const number = Number(port);
  if (port !== '' && number !== 80 && number !== 443 && number < 1024)
    said.wrong([...at, 'url'], `CloudFront dials ports 80, 443 and 1024 to 65535, not ${port}`);
  if (path.length > 255) said.wrong(inPage(page, 'originPath'), 'CloudFront takes 255 characters');
  for (const header of Object.keys(given.headers))
    if (neverSent.test(header))
      said.wrong([...at, 'headers', header], 'CloudFront sets this field itself: leave it out');
  restOfOrigin(given, at, said);
  const { timeouts } = given;
  return {
    domain: hostname,
    protocol: protocol === 'https:' ? 'https' : 'http',
    port: number || (protocol === 'https:' ? 443 : 80),
    path,
    headers: given.headers,
    attempts,
    connect: seconds(timeouts.connect, [1, 10], [...at, 'timeouts', 'connect'], said),
    read: seconds(timeouts.firstByte, [1, 120], [...at, 'timeouts', 'firstByte'], said),
    keepAlive: seconds(given.keepAlive, [1, 120], [...at, 'keepAlive'], said),
  };
}

const oneOf = (given: Origin, { path, attempts }: { path: string; attempts: number }): OneOrigin => ({
  domain: new URL(given.url).hostname,
  protocol: 'https',
  port: 443,
  path,
  headers: {},
  attempts,
  connect: 3,
  read: 30,
  keepAlive: 30,
});

function seconds(text: string, [least, most]: readonly [number, number], path: Path, said: Said): number {
  const value = ms(text) / 1000;
  if (!Number.isInteger(value) || value < least || value > most)
    said.wrong(path, `CloudFront waits whole seconds, ${least} to ${most}, not ${text}: write e.g. "${most}s"`);
  return value;
}

const differs: readonly (readonly [path: Path, says: string])[] = [
  [
    ['timeouts', 'idle'],
    'between two parts of an answer CloudFront waits as long as for the first: `firstByte` counts',
  ],
  [
    ['timeouts', 'total'],
    'CloudFront waits `connect` and `firstByte` for each of its `attempts`, without a bound on all of them',
  ],
  [['retries'], 'CloudFront tries as often as `attempts` of the behaviour says'],
  [['connections'], 'CloudFront opens as many connections as it needs'],
  [['hints'], 'what becomes of 103 Early Hints is for CloudFront to say'],
];

function restOfOrigin(given: Origin, at: Path, said: Said): void {
  const value = (page: Origin, path: Path): unknown =>
    path.reduce<unknown>((value, name) => (value as Record<PropertyKey, unknown>)[name], page);
  for (const [path, says] of differs)
    if (value(given, path) !== value(left, path)) said.differs([...at, ...path], says);
  const { tls, responseBytes } = given;
  if (!tls.verify)
    said.wrong([...at, 'tls', 'verify'], 'CloudFront always checks certificates: give the origin a public one');
  if (tls.ca !== undefined)
    said.wrong(
      [...at, 'tls', 'ca'],
      'CloudFront trusts public authorities alone: give the origin a public certificate',
    );
  if (tls.serverName !== undefined)
    said.wrong(
      [...at, 'tls', 'serverName'],
      'CloudFront asks for the name in `url`: write the name of the certificate there',
    );
  if (responseBytes !== undefined)
    said.wrong([...at, 'responseBytes'], 'CloudFront bounds no answer: leave it out, or write a route to this origin');
}
