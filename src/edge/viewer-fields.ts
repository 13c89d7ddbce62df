import type { HttpRequest } from '../http/message.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { Stage } from '../flow/stage.ts';
import type { Geography } from '../ports/geography.ts';
import { behaviourOf } from './behaviour.ts';

export type Places = Geography;

const isMobile = /Mobile|iPhone|iPod|Android.*Mobile|Windows Phone|BlackBerry|Opera Mini/i;
const isTablet = /iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)/i;
const isTelevision = /SmartTV|Smart-TV|AppleTV|GoogleTV|HbbTV|BRAVIA|Roku|CrKey/i;

/** CloudFront-made fields, by name in lower case; only those that a policy asks for are made. */
const makers: Readonly<
  Record<
    string,
    readonly [name: string, make: (request: HttpRequest, viewer: Viewer, places: Places | null) => string | null]
  >
> = {
  'cloudfront-viewer-country': [
    'CloudFront-Viewer-Country',
    (_, viewer, places) => places?.country(viewer.address) ?? null,
  ],
  'cloudfront-viewer-address': ['CloudFront-Viewer-Address', (_, viewer) => `${viewer.address}:${viewer.port}`],
  'cloudfront-forwarded-proto': ['CloudFront-Forwarded-Proto', (_, viewer) => (viewer.secure ? 'https' : 'http')],
  'cloudfront-viewer-http-version': [
    'CloudFront-Viewer-Http-Version',
    (request) => (request.version === '2' ? '2.0' : request.version),
  ],
  'cloudfront-viewer-header-order': [
    'CloudFront-Viewer-Header-Order',
    (request) =>
      request.headers.names
        .map((_, at) => request.headers.flat[at * 2])
        .join(':')
        .slice(0, 7680),
  ],
  'cloudfront-viewer-header-count': ['CloudFront-Viewer-Header-Count', (request) => String(request.headers.size)],
  'cloudfront-is-mobile-viewer': ['CloudFront-Is-Mobile-Viewer', (request) => says(isMobile, request)],
  'cloudfront-is-tablet-viewer': ['CloudFront-Is-Tablet-Viewer', (request) => says(isTablet, request)],
  'cloudfront-is-smarttv-viewer': ['CloudFront-Is-SmartTV-Viewer', (request) => says(isTelevision, request)],
  'cloudfront-is-ios-viewer': ['CloudFront-Is-IOS-Viewer', (request) => says(/iPhone|iPad|iPod/i, request)],
  'cloudfront-is-android-viewer': ['CloudFront-Is-Android-Viewer', (request) => says(/Android/i, request)],
  'cloudfront-is-desktop-viewer': [
    'CloudFront-Is-Desktop-Viewer',
    (request) => String([isMobile, isTablet, isTelevision].every((kind) => says(kind, request) === 'false')),
  ],
};

const says = (kind: RegExp, request: HttpRequest): string => String(kind.test(request.headers.get('user-agent') ?? ''));

export const knownViewerFields: ReadonlySet<string> = new Set(Object.keys(makers));

/**
 * Makes the fields that a behaviour asks for, before the cache looks, since they may be part of its key. A viewer's own
 * field of such a name is his word against ours and goes.
 */
export function viewerFields(wanted: readonly (readonly string[])[], places: Places | null): Stage {
  return {
    name: 'edge.viewer-fields',
    handle(exchange, next) {
      const { request, viewer } = exchange;
      let headers = request.headers.without(...knownViewerFields);
      for (const name of wanted[behaviourOf(exchange)] ?? []) {
        const maker = makers[name];
        const value = maker?.[1](request, viewer, places) ?? null;
        if (maker && value !== null) headers = headers.append(maker[0], value);
      }
      if (headers !== request.headers) exchange.request = { ...request, headers };
      return next(exchange);
    },
  };
}
