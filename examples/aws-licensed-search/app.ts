import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  CachePolicy,
  CacheQueryStringBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { ProtectedDistribution } from '../../src/cdk/index.ts';

/**
 * `script`: a CloudFront Function checks the licence before the cache, on hits too, and takes it out of the request.
 * `origin`: the origin checks it, on misses; a refusal lives for no second in the cache. `lambda`: rules at Lambda@Edge.
 */
export type Variant = 'script' | 'origin' | 'lambda';

/** A cached search API for licence holders: one stored answer for all of them. */
export function build(app: App, variant: Variant = 'script'): Stack {
  const stack = new Stack(app, `LicensedSearch-${variant}`, { env: { region: 'us-east-1' } });
  // Only these parameters make another answer; the licence is none of them.
  const asked = ['q', 'page'];
  const cachePolicy = new CachePolicy(stack, 'Cache', {
    queryStringBehavior: CacheQueryStringBehavior.allowList(...asked),
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.hours(1),
    maxTtl: Duration.days(1),
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
  });
  const originRequestPolicy = new OriginRequestPolicy(stack, 'Forwarded', {
    queryStringBehavior:
      variant === 'origin'
        ? OriginRequestQueryStringBehavior.all()
        : OriginRequestQueryStringBehavior.allowList(...asked),
  });
  new ProtectedDistribution(stack, 'Search', {
    origin: new HttpOrigin('search.example.com'),
    cachePolicy,
    originRequestPolicy,
    ...(variant === 'script' && { licence: { in: ['query:license'], open: ['/health'] } }),
    ...(variant === 'lambda' && { rules: 'lambda' as const }),
    document: {
      name: 'licensed-search',
      rules: { map: { default: [{ name: 'method-and-path', params: { methods: ['GET', 'HEAD'] } }] } },
    },
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) {
  const app = new App();
  build(app, app.node.tryGetContext('variant') as Variant | undefined);
}
