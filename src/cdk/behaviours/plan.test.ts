import { describe, expect, it } from 'vitest';
import { edge, only, planOf, rules, type Behaviour } from '../../../test/support/edge-plan.ts';
import type { DocumentInput } from '../../config/document.ts';
import { needsLambda, type EdgeGiven, type EdgePlan } from './plan.ts';

describe('what a behaviour sends on', () => {
  const sent = (behaviour: Behaviour) => planOf(edge({ origin: 'main', ...behaviour })).last?.originRequest;
  it.each<readonly [string, Behaviour, unknown]>([
    [
      'nothing kept, nothing said: all but Host',
      {},
      { id: 'b689b0a8-53d0-40ab-baf2-68738e2966ac', headers: { except: ['Host'] } },
    ],
    ['for an origin with the viewer’s Host: all', { origin: 'viewer' }, { id: '216adef6-5c7f-47e4-b989-5492eafa07d3' }],
    [
      'AllViewer, for an origin with its own Host',
      { originRequest: { managed: 'AllViewer' } },
      { id: 'b689b0a8-53d0-40ab-baf2-68738e2966ac' },
    ],
    [
      'a managed policy that is just that',
      { originRequest: { managed: 'UserAgentRefererHeaders' } },
      { id: 'acba4595-bd28-49b8-b9fe-13317c0390fa' },
    ],
    [
      'and one that is not, because of Host',
      { origin: 'viewer', originRequest: { managed: 'UserAgentRefererHeaders' } },
      { id: null, headers: { only: ['User-Agent', 'Referer', 'Host'] } },
    ],
    [
      'a list without Host',
      { originRequest: { headers: { only: ['host', 'X-A'] } } },
      { id: null, headers: { only: ['X-A'] } },
    ],
    [
      'CloudFront’s fields in a list',
      { originRequest: { cloudfront: ['CloudFront-Viewer-Country'] } },
      { headers: { only: ['CloudFront-Viewer-Country'] } },
    ],
    [
      'CloudFront’s fields beside all',
      { origin: 'viewer', originRequest: { headers: 'all', cloudfront: ['CloudFront-Viewer-City'] } },
      { headers: 'all', made: ['CloudFront-Viewer-City'] },
    ],
    ['all but some', { originRequest: { headers: { except: ['X-A'] } } }, { headers: { except: ['Host', 'X-A'] } }],
    ['Host alone', { origin: 'viewer', cache: { semantics: 'cloudfront' } }, { headers: { only: ['Host'] } }],
  ])('%s', (_, behaviour, wanted) => expect(sent(behaviour)).toMatchObject(wanted as object));
  it('nothing beyond the key, under CloudFront’s rules', () =>
    expect(sent({ cache: { semantics: 'cloudfront' } })).toBeNull());
  it('a licence that the origin is to see, whatever is listed', () => {
    const of = (originRequest: NonNullable<Behaviour['originRequest']>) =>
      planOf(
        edge(
          { origin: 'main', licences: true, originRequest },
          { licences: { in: ['query:license', 'header:x-lic', 'cookie:lic'], forward: true } },
        ),
      ).last?.originRequest;
    expect(of(only)).toMatchObject({
      query: { only: ['q', 'license'] },
      headers: { only: ['x-lic'] },
      cookies: { only: ['lic'] },
    });
    expect(of({ query: { except: ['license'] } })).toMatchObject({ query: 'all' });
  });
});

describe('who looks before the cache', () => {
  const guard = (document: DocumentInput, given?: Partial<EdgeGiven>): EdgePlan['guard'] =>
    planOf(document, given).guard;
  const native = { map: { default: [{ name: 'ip-set', params: { deny: ['192.0.2.0/24'] } }] } };
  it('nobody, where there are no rules, or the line answers and keeps nothing', () => {
    expect(guard(edge({ origin: 'main' }))).toBe('nobody');
    expect(guard({ ...edge({}), rules })).toBe('nobody');
  });
  it('Lambda@Edge before an origin of its own, and before what is kept, and nowhere else', () => {
    const plan = planOf({
      rules,
      edge: {
        behaviours: [
          { path: '/a', origin: 'main' },
          { path: '/b', cache: { semantics: 'cloudfront' } },
          { path: '/c', functions: { viewerRequest: { script: 'own.js' } } },
        ],
      },
    });
    expect(plan.guard).toBe('lambda');
    expect(plan.first.map(({ moments }) => moments.viewerRequest?.kind)).toEqual(['guard', 'guard', 'script']);
    expect(needsLambda(plan)).toBe(true);
  });
  it('AWS WAF, where it is asked for and can run every rule', () => {
    expect(guard({ ...edge({ origin: 'main' }), rules: native }, { webAcl: true })).toBe('web-acl');
    expect(guard({ ...edge({ origin: 'main' }), rules: native })).toBe('lambda');
    expect(
      guard(
        { ...edge({ origin: 'main' }), rules: { map: { default: [{ name: 'sqli-detection' }] } } },
        { webAcl: true },
      ),
    ).toBe('lambda');
  });
});
