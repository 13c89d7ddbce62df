import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  CachePolicy,
  CacheQueryStringBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { ProtectedDistribution } from '../../src/cdk/index.ts';
import { asked, document, licenceIn } from './sallyport.config.ts';

/**
 * `script`: a CloudFront Function checks the licence before the cache, on hits too, and takes it out of the request.
 * `origin`: the origin checks it, on misses; a refusal lives for no second in the cache. `lambda`: rules at Lambda@Edge.
 */
export type Variant = 'script' | 'origin' | 'lambda';

/** A cached search API for licence holders: one stored answer for all of them. */
export function build(app: App, variant: Variant = 'script'): Stack {
  const stack = new Stack(app, `LicensedSearch-${variant}`, { env: { region: 'us-east-1' } });
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
    ...(variant === 'script' && { licence: { in: licenceIn, open: ['/health'] } }),
    ...(variant === 'lambda' && { rules: 'lambda' as const }),
    document,
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) {
  const app = new App();
  build(app, app.node.tryGetContext('variant') as Variant | undefined);
}
