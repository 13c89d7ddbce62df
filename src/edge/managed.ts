import { Fault } from '../base/fault.ts';
import type { Selection } from '../config/cache.ts';

/** CloudFront's managed origin request policies, by name or id. */
export interface ManagedOriginRequest {
  readonly id: string;
  readonly headers: Selection;
  readonly cloudfront: readonly string[];
  readonly query: Selection;
  readonly cookies: Selection;
}

const viewerFacts = [
  'CloudFront-Forwarded-Proto',
  'CloudFront-Is-Android-Viewer',
  'CloudFront-Is-Desktop-Viewer',
  'CloudFront-Is-IOS-Viewer',
  'CloudFront-Is-Mobile-Viewer',
  'CloudFront-Is-SmartTV-Viewer',
  'CloudFront-Is-Tablet-Viewer',
  'CloudFront-Viewer-Address',
  'CloudFront-Viewer-Country',
  'CloudFront-Viewer-Http-Version',
];
const policy = (
  id: string,
  headers: Selection,
  query: Selection,
  cookies: Selection,
  cloudfront: readonly string[] = [],
): ManagedOriginRequest => ({ id, headers, query, cookies, cloudfront });

const policies: Readonly<Record<string, ManagedOriginRequest>> = {
  AllViewer: policy('216adef6-5c7f-47e4-b989-5492eafa07d3', 'all', 'all', 'all'),
  AllViewerExceptHostHeader: policy('b689b0a8-53d0-40ab-baf2-68738e2966ac', { except: ['Host'] }, 'all', 'all'),
  'AllViewerAndCloudFrontHeaders-2022-06': policy(
    '33f36d7e-f396-46d9-90e0-52428a34d9dc',
    'all',
    'all',
    'all',
    viewerFacts,
  ),
  'CORS-CustomOrigin': policy('59781a5b-3903-41f3-afcb-af62929ccde1', { only: ['Origin'] }, 'none', 'none'),
  'CORS-S3Origin': policy(
    '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf',
    { only: ['Origin', 'Access-Control-Request-Headers', 'Access-Control-Request-Method'] },
    'none',
    'none',
  ),
  UserAgentRefererHeaders: policy(
    'acba4595-bd28-49b8-b9fe-13317c0390fa',
    { only: ['User-Agent', 'Referer'] },
    'none',
    'none',
  ),
  'Elemental-MediaTailor': policy(
    '775133bc-15f2-49f9-abea-afb2e0bf67d2',
    {
      only: [
        'Origin',
        'Access-Control-Request-Headers',
        'Access-Control-Request-Method',
        'User-Agent',
        'X-Forwarded-For',
      ],
    },
    'all',
    'none',
  ),
};

export function managedOriginRequest(name: string): ManagedOriginRequest {
  const found = policies[name] ?? Object.values(policies).find(({ id }) => id === name);
  if (!found)
    throw new Fault(
      'config.origin-request',
      'config',
      `no managed origin request policy is called "${name}"; there are ${Object.keys(policies).join(', ')}`,
    );
  return found;
}
