import { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { Stage } from '../flow/stage.ts';
import type { Geography, Place } from '../ports/geography.ts';
import { behaviourOf } from './behaviour.ts';

const isMobile = /Mobile|iPhone|iPod|Android.*Mobile|Windows Phone|BlackBerry|Opera Mini/i;
const isTablet = /iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)/i;
const isTelevision = /SmartTV|Smart-TV|AppleTV|GoogleTV|HbbTV|BRAVIA|Roku|CrKey/i;

/** What a field is made from; the place is looked up once, when the first field asks for it. */
interface Seen {
  readonly request: HttpRequest;
  readonly viewer: Viewer;
  readonly place: () => Place | null;
}

type Maker = (seen: Seen) => string | number | null | undefined;

const placed =
  (name: keyof Place): Maker =>
  ({ place }) =>
    place()?.[name];

const device =
  (kind: RegExp): Maker =>
  ({ request }) =>
    says(kind, request);

/** CloudFront-made fields; only those that a policy asks for are made, and of those the ones whose value is known. */
const makers: Readonly<Record<string, Maker>> = {
  'CloudFront-Viewer-Country': placed('country'),
  'CloudFront-Viewer-Country-Name': placed('countryName'),
  'CloudFront-Viewer-Country-Region': placed('region'),
  'CloudFront-Viewer-Country-Region-Name': placed('regionName'),
  'CloudFront-Viewer-City': placed('city'),
  'CloudFront-Viewer-Postal-Code': placed('postalCode'),
  'CloudFront-Viewer-Time-Zone': placed('timeZone'),
  'CloudFront-Viewer-Latitude': ({ place }) => place()?.latitude?.toFixed(5),
  'CloudFront-Viewer-Longitude': ({ place }) => place()?.longitude?.toFixed(5),
  'CloudFront-Viewer-Metro-Code': placed('metroCode'),
  'CloudFront-Viewer-ASN': placed('asn'),
  'CloudFront-Viewer-Address': ({ viewer }) => `${viewer.address}:${viewer.port}`,
  'CloudFront-Viewer-TLS': ({ viewer: { tls } }) =>
    tls && `${tls.protocol}:${tls.cipher}:${tls.resumed ? 'sessionResumed' : 'fullHandshake'}`,
  'CloudFront-Forwarded-Proto': ({ viewer }) => (viewer.secure ? 'https' : 'http'),
  'CloudFront-Viewer-Http-Version': ({ request }) => (request.version === '2' ? '2.0' : request.version),
  'CloudFront-Viewer-Header-Order': ({ request: { headers } }) =>
    headers.names
      .map((_, at) => headers.flat[at * 2])
      .join(':')
      .slice(0, 7680),
  'CloudFront-Viewer-Header-Count': ({ request }) => request.headers.size,
  'CloudFront-Is-Mobile-Viewer': device(isMobile),
  'CloudFront-Is-Tablet-Viewer': device(isTablet),
  'CloudFront-Is-SmartTV-Viewer': device(isTelevision),
  'CloudFront-Is-IOS-Viewer': device(/iPhone|iPad|iPod/i),
  'CloudFront-Is-Android-Viewer': device(/Android/i),
  'CloudFront-Is-Desktop-Viewer': ({ request }) =>
    String([isMobile, isTablet, isTelevision].every((kind) => says(kind, request) === 'false')),
};

const byLowerName = new Map(Object.entries(makers).map(([name, make]) => [name.toLowerCase(), { name, make }]));

const says = (kind: RegExp, request: HttpRequest): string => String(kind.test(request.headers.get('user-agent') ?? ''));

export const knownViewerFields: ReadonlySet<string> = new Set(byLowerName.keys());

/**
 * Makes the fields that a behaviour asks for, before the cache looks, since they may be part of its key. A viewer's own
 * field of such a name is his word against ours and goes.
 */
export function viewerFields(wanted: readonly (readonly string[])[], places: Geography | null): Stage {
  return {
    name: 'edge.viewer-fields',
    handle(exchange, next) {
      const { request, arrived, viewer } = exchange;
      const place = lazily(() => places?.place(viewer.address) ?? null);
      const flat = [...request.headers.without(...knownViewerFields).flat];
      for (const wantedName of wanted[behaviourOf(exchange)] ?? []) {
        const field = byLowerName.get(wantedName);
        // Order and count are the viewer's own, as his message came.
        const value = field?.make({ request: arrived, viewer, place });
        if (field && value !== null && value !== undefined) flat.push(field.name, fieldValue(String(value)));
      }
      if (flat.length !== request.headers.flat.length || request.headers.names.some((name) => byLowerName.has(name)))
        exchange.request = { ...request, headers: HeaderList.fromFlat(flat) };
      return next(exchange);
    },
  };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** Names of places have letters that a field cannot hold; CloudFront encodes them as a URL does. */
const fieldValue = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/gu, (char) =>
    /[\ud800-\udfff]/.test(char) && char.length === 1 ? '' : encodeURIComponent(char),
  );
