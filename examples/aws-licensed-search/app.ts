import { App, Stack } from 'aws-cdk-lib';
import { CachePolicy } from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { ProtectedDistribution } from '../../src/cdk/index.ts';

/** A cached search API for licence holders. `script`: the licence is checked before the cache by a CloudFront Function. `lambda`: the rules run at Lambda@Edge. */
export function build(app: App, variant: 'script' | 'lambda' = 'script'): Stack {
  const stack = new Stack(app, variant === 'script' ? 'LicensedSearch' : 'LicensedSearchLambda', {
    env: { region: 'us-east-1' },
  });
  new ProtectedDistribution(stack, 'Search', {
    origin: new HttpOrigin('search.example.com'),
    ...(variant === 'script'
      ? { licence: { from: { query: 'license' }, open: ['/health'] } }
      : { rules: 'lambda' as const }),
    cachePolicy: CachePolicy.CACHING_OPTIMIZED as CachePolicy,
    document: {
      name: 'licensed-search',
      rules: { map: { default: [{ name: 'method-and-path', params: { methods: ['GET', 'HEAD'] } }] } },
    },
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) build(new App());
