import { App, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { licenceHash } from '../../src/edge/licence-book.ts';
import { nodeDigest } from '../../src/net/digest.ts';
import { edgeFiles, edgeStacks, everything, fileOf, guarded, stackOf } from './lib/edge-stacks.ts';

// The built-in validator is run in validators.test.ts.
process.env['CDK_VALIDATION'] = 'false';

interface Config {
  readonly CacheBehaviors: readonly Record<string, unknown>[];
  readonly DefaultCacheBehavior: Record<string, unknown>;
  readonly Origins: readonly Record<string, unknown>[];
  readonly [member: string]: unknown;
}
const configOf = (template: Template): Config =>
  (
    Object.values(template.findResources('AWS::CloudFront::Distribution'))[0] as {
      Properties: { DistributionConfig: Config };
    }
  ).Properties.DistributionConfig;
/** What a reference in the template stands for. */
const refer = (template: Template, value: unknown): Record<string, unknown> => {
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  const resources = (template.toJSON() as { Resources: Record<string, { Properties: Record<string, unknown> }> })
    .Resources;
  return resources[Ref ?? attribute?.[0] ?? '']?.Properties ?? {};
};

describe('a document’s edge, as a distribution', () => {
  let template: Template;
  let config: Config;
  const behaviour = (path: string): Record<string, unknown> =>
    config.CacheBehaviors.find((each) => each['PathPattern'] === path) ?? {};
  const originOf = (path: string): Record<string, unknown> =>
    config.Origins.find((each) => each['Id'] === behaviour(path)['TargetOriginId']) ?? {};
  const policy = (path: string, member: string): Record<string, unknown> =>
    Object.values(refer(template, behaviour(path)[member]))[0] as Record<string, unknown>;
  beforeAll(() => {
    template = Template.fromStack((edgeStacks['a document’s edge, everything'] as (app: App) => Stack)(new App()));
    config = configOf(template);
  });

  it('has the behaviours in the document’s order, the one for all paths as its default', () => {
    expect(config.CacheBehaviors.map((each) => each['PathPattern'])).toEqual(
      (everything.edge?.behaviours ?? []).slice(0, -1).map(({ path }) => path),
    );
    expect(config.DefaultCacheBehavior).not.toHaveProperty('PathPattern');
  });

  const rows: readonly (readonly [what: string, seen: () => unknown, wanted: unknown])[] = [
    [
      'viewer protocol',
      () => ['/private/*', '/search*', '/old/*'].map((path) => behaviour(path)['ViewerProtocolPolicy']),
      ['allow-all', 'redirect-to-https', 'https-only'],
    ],
    ['methods', () => behaviour('/search*')['AllowedMethods'], ['GET', 'HEAD', 'OPTIONS']],
    ['methods, all', () => (behaviour('/private/*')['AllowedMethods'] as string[]).length, 7],
    ['answers to OPTIONS that are kept', () => behaviour('/search*')['CachedMethods'], ['GET', 'HEAD', 'OPTIONS']],
    ['compression', () => [behaviour('/search*')['Compress'], behaviour('/private/*')['Compress']], [true, false]],
    ['nothing kept', () => behaviour('/private/*')['CachePolicyId'], '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'],
    ['a managed cache policy', () => behaviour('/files/*')['CachePolicyId'], '658327ea-f89d-4fab-a63d-7e88639e58f6'],
    [
      'a cache policy',
      () => policy('/search*', 'CachePolicyId'),
      {
        MinTTL: 1,
        DefaultTTL: 60,
        MaxTTL: 3600,
        ParametersInCacheKeyAndForwardedToOrigin: {
          EnableAcceptEncodingGzip: true,
          EnableAcceptEncodingBrotli: true,
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept-Language'] },
          QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['q'] },
          CookiesConfig: { CookieBehavior: 'none' },
        },
      },
    ],
    [
      'an origin request policy',
      () => policy('/search*', 'OriginRequestPolicyId'),
      {
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['CloudFront-Viewer-Country'] },
        QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['q', 'page'] },
        CookiesConfig: { CookieBehavior: 'none' },
      },
    ],
    [
      'a managed origin request policy',
      () => behaviour('/files/*')['OriginRequestPolicyId'],
      '59781a5b-3903-41f3-afcb-af62929ccde1',
    ],
    [
      'all but Host to an API Gateway',
      () => config.DefaultCacheBehavior['OriginRequestPolicyId'],
      'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    ],
    [
      'a response headers policy',
      () => policy('/search*', 'ResponseHeadersPolicyId'),
      {
        RemoveHeadersConfig: { Items: [{ Header: 'Server' }] },
        CustomHeadersConfig: { Items: [{ Header: 'X-Own', Value: 'yes', Override: false }] },
        SecurityHeadersConfig: {
          ContentSecurityPolicy: { ContentSecurityPolicy: "default-src 'self'", Override: true },
          StrictTransportSecurity: {
            AccessControlMaxAgeSec: 31_536_000,
            IncludeSubdomains: true,
            Preload: true,
            Override: true,
          },
          FrameOptions: { FrameOption: 'DENY', Override: true },
          ReferrerPolicy: { ReferrerPolicy: 'same-origin', Override: true },
          XSSProtection: { Protection: true, ModeBlock: true, Override: true },
          ContentTypeOptions: { Override: true },
        },
        CorsConfig: {
          AccessControlAllowOrigins: { Items: ['https://*.example.com'] },
          AccessControlAllowMethods: { Items: ['GET'] },
          AccessControlAllowHeaders: { Items: ['x-a'] },
          AccessControlExposeHeaders: { Items: ['x-b'] },
          AccessControlMaxAgeSec: 600,
          AccessControlAllowCredentials: true,
          OriginOverride: true,
        },
        ServerTimingHeadersConfig: { Enabled: true, SamplingRate: 5 },
      },
    ],
    [
      'an origin: path, attempts, patience, a secret from Secrets Manager',
      () => originOf('/private/*'),
      {
        DomainName: 'main.example.com',
        OriginPath: '/files',
        ConnectionAttempts: 2,
        ConnectionTimeout: 5,
        OriginCustomHeaders: [
          { HeaderName: 'x-api-key', HeaderValue: '{{resolve:secretsmanager:origin-key:SecretString}}' },
        ],
        CustomOriginConfig: {
          OriginProtocolPolicy: 'https-only',
          HTTPSPort: 443,
          OriginReadTimeout: 20,
          OriginKeepaliveTimeout: 30,
          OriginSSLProtocols: ['TLSv1.2'],
        },
      },
    ],
    [
      'an origin over HTTP',
      () => originOf('/old/*'),
      { DomainName: 'spare.example.com', CustomOriginConfig: { OriginProtocolPolicy: 'http-only', HTTPPort: 8080 } },
    ],
    [
      'an origin group',
      () =>
        (config['OriginGroups'] as { Items: { Id: string }[] }).Items.find(
          ({ Id }) => Id === behaviour('/search*')['TargetOriginId'],
        ),
      { FailoverCriteria: { StatusCodes: { Items: [500, 503], Quantity: 2 } }, Members: { Quantity: 2 } },
    ],
    [
      'the routes, behind a secret',
      () =>
        config.Origins.find((each) => each['Id'] === config.DefaultCacheBehavior['TargetOriginId'])?.[
          'OriginCustomHeaders'
        ],
      [{ HeaderName: 'x-origin-verify' }],
    ],
    [
      'trusted keys',
      () => refer(template, (behaviour('/private/*')['TrustedKeyGroups'] as unknown[])[0]),
      { KeyGroupConfig: { Items: [{}, {}] } },
    ],
    ['default root', () => config['DefaultRootObject'], 'index.html'],
    [
      'countries',
      () => config['Restrictions'],
      { GeoRestriction: { RestrictionType: 'blacklist', Locations: ['KP'] } },
    ],
    ['tags', () => config['CacheTagConfig'], { HeaderName: 'Cache-Tag' }],
    ['no AWS WAF', () => config['WebACLId'], undefined],
    [
      'a typed function, as Lambda@Edge',
      () =>
        (behaviour('/old/*')['LambdaFunctionAssociations'] as { EventType: string }[]).map(
          ({ EventType }) => EventType,
        ),
      ['viewer-request', 'origin-response'],
    ],
    [
      'a Lambda@Edge handler',
      () => behaviour('/search*')['LambdaFunctionAssociations'],
      [{ EventType: 'origin-request', IncludeBody: true }],
    ],
    [
      'scripts at both moments of the viewer',
      () =>
        (behaviour('/search*')['FunctionAssociations'] as { EventType: string }[]).map(({ EventType }) => EventType),
      ['viewer-request', 'viewer-response'],
    ],
  ];
  it('has rows enough', () => expect(rows.length).toBeGreaterThanOrEqual(24));
  it.each(rows)('%s', (_, seen, wanted) =>
    wanted !== null && typeof wanted === 'object'
      ? expect(seen()).toMatchObject(wanted)
      : expect(seen()).toEqual(wanted),
  );

  it('error pages and times: the document’s, and none for refusals', () => {
    const of = (code: number): unknown =>
      (config['CustomErrorResponses'] as { ErrorCode: number }[]).find(({ ErrorCode }) => ErrorCode === code);
    expect(of(404)).toEqual({
      ErrorCode: 404,
      ErrorCachingMinTTL: 30,
      ResponseCode: 200,
      ResponsePagePath: '/errors/404.html',
    });
    expect(of(503)).toEqual({ ErrorCode: 503, ResponseCode: 503, ResponsePagePath: '/errors/503.html' });
    expect(of(403)).toEqual({ ErrorCode: 403, ErrorCachingMinTTL: 0 });
  });

  it('a licence check that calls the document’s own script, with hashes in its store', () => {
    const [first] = behaviour('/search*')['FunctionAssociations'] as { FunctionARN: unknown }[];
    const made = refer(template, first?.FunctionARN) as { FunctionCode: string; FunctionConfig: object };
    expect(made.FunctionCode).toContain("event.request.headers['x-own']");
    expect(made.FunctionCode).toContain('edge.licence.missing');
    expect(made.FunctionConfig).toMatchObject({ KeyValueStoreAssociations: [{}], Runtime: 'cloudfront-js-2.0' });
    expect(JSON.stringify(template.toJSON())).not.toContain('acme-0001');
    template.resourceCountIs('AWS::CloudFront::KeyValueStore', 2);
    expect(licenceHash(nodeDigest, 'acme-0001')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('Lambda@Edge with the time and memory that the document says, on a runtime that takes callbacks', () =>
    template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs22.x', Timeout: 10, MemorySize: 256 }));

  it('a rotation of the secret that may change a distribution with Lambda@Edge in it', () => {
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain(
      '"Action":["lambda:GetFunction","lambda:EnableReplication*"],"Effect":"Allow","Resource":[',
    );
  });

  it('what is done otherwise is a note of the synth', () => {
    const stack = stackOf(new App(), 'Notes', { document: everything, modules: [edgeFiles.module] });
    const notes = stack.node
      .findAll()
      .flatMap((each) => each.node.metadata)
      .filter(({ type }) => type === 'aws:cdk:info');
    expect(notes.map(({ data }) => String(data)).join('\n')).toContain(
      'edge.licences.in: CloudFront writes queries into its log',
    );
  });
});

describe('what stands before a distribution, and behind it', () => {
  const of = (name: string): Template => Template.fromStack((edgeStacks[name] as (app: App) => Stack)(new App()));
  it('rules at Lambda@Edge, no API where nobody goes to the routes, other paths refused', () => {
    const template = of('a document’s edge, rules at Lambda@Edge');
    const config = configOf(template);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(config.CacheBehaviors[0]).toMatchObject({
      LambdaFunctionAssociations: [{ EventType: 'viewer-request', IncludeBody: true }],
    });
    const [refusal] = config.DefaultCacheBehavior['FunctionAssociations'] as { FunctionARN: unknown }[];
    expect(refer(template, refusal?.FunctionARN)['FunctionCode']).toContain('statusCode: 403');
    expect(refer(template, refusal?.FunctionARN)['FunctionCode']).toContain('edge.no-behaviour');
  });
  it('AWS WAF where it is asked for, with the document’s rules', () => {
    const template = of('a document’s edge, AWS WAF');
    expect(configOf(template)['WebACLId']).toBeDefined();
    expect(configOf(template).CacheBehaviors[0]).not.toHaveProperty('LambdaFunctionAssociations');
    template.hasResourceProperties('AWS::WAFv2::WebACL', { Scope: 'CLOUDFRONT', Rules: Match.anyValue() });
    template.resourceCountIs('AWS::WAFv2::IPSet', 1);
  });
  it('in any region, where no function needs us-east-1', () => {
    const document = { ...guarded, rules: {} };
    expect(() => stackOf(new App(), 'Far', { document }, 'eu-west-1')).not.toThrow();
    expect(() => stackOf(new App(), 'Far', { document, webAcl: true }, 'eu-west-1')).toThrow(
      /web ACL lives in us-east-1/,
    );
    expect(() => stackOf(new App(), 'Far', { document: guarded }, 'eu-west-1')).toThrow(
      /Lambda@Edge, which runs functions or rules/,
    );
  });
  it('a definition of one’s own that is not there, or takes other options, ends the synth', () => {
    const made = (use: string, options: object) => () =>
      stackOf(new App(), 'Own', {
        modules: [edgeFiles.module],
        document: {
          ...guarded,
          rules: {},
          edge: { behaviours: [{ origin: 'main', functions: { originRequest: { use, with: { ...options } } } }] },
        },
      });
    expect(made('mine', { to: 'x' })).not.toThrow();
    expect(made('yours', {})).toThrow(/"yours" does not start: Error: no edge function is called yours/);
    expect(made('mine', {})).toThrow(/"mine" does not start: /);
  });
  it('a handler of more than a megabyte ends the synth at the viewer, and not at the origin', () => {
    const lambda = fileOf('large.cjs', `exports.handler = () => ${JSON.stringify('x'.repeat(1_100_000))};\n`);
    const made = (moment: string) => () =>
      stackOf(new App(), 'Large', {
        document: {
          ...guarded,
          rules: {},
          edge: { behaviours: [{ origin: 'main', functions: { [moment]: { lambda } } }] },
        },
      });
    expect(made('originRequest')).not.toThrow();
    expect(made('viewerRequest')).toThrow(/more than the 1048576 of a function of kind "edge"/);
  });
});

describe('examples/licensed-search, as `sallyport deploy` synthesizes it', () => {
  const app = resolve(import.meta.dirname, '../../dist/cli/cdk-app.js');
  const config = resolve(import.meta.dirname, '../../examples/licensed-search/sallyport.config.ts');
  const synth = (check: string) => {
    const out = mkdtempSync(join(tmpdir(), 'sallyport-out-'));
    const ran = spawnSync(process.execPath, [app], {
      encoding: 'utf8',
      env: {
        ...process.env,
        SALLYPORT_CONFIG: config,
        SALLYPORT_STACK: 'Licensed',
        CDK_OUTDIR: out,
        CHECK: check,
        ORIGIN: 'https://search.example.com',
        AWS_REGION: 'eu-west-1',
      },
    });
    const read = (): Template =>
      Template.fromJSON(
        JSON.parse(readFileSync(join(out, 'Licensed.template.json'), 'utf8')) as Record<string, unknown>,
      );
    return { code: ran.status, err: ran.stderr, read };
  };
  it('the origin knows the keys: a distribution, one function that wants a key, and nothing else', () => {
    const { code, err, read } = synth('origin');
    expect([code, err]).toEqual([
      0,
      expect.stringContaining('distribution: the document’s `edge` is CloudFront’s to do'),
    ]);
    expect(err).toContain('otherwise at CloudFront: edge.behaviours[0].cache.staleIfError: ');
    const template = read();
    template.resourceCountIs('AWS::Lambda::Function', 0);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
    template.resourceCountIs('AWS::CloudFront::KeyValueStore', 0);
    template.resourceCountIs('AWS::CloudFront::Function', 2);
    expect(configOf(template)).toMatchObject({
      CacheBehaviors: [{ PathPattern: '/search*', AllowedMethods: ['GET', 'HEAD'], Compress: true }],
      Origins: [{ DomainName: 'search.example.com', CustomOriginConfig: { OriginReadTimeout: 10 } }],
    });
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        ParametersInCacheKeyAndForwardedToOrigin: { QueryStringsConfig: { QueryStrings: ['q', 'page'] } },
      },
    });
    template.hasResourceProperties('AWS::CloudFront::OriginRequestPolicy', {
      OriginRequestPolicyConfig: {
        HeadersConfig: { Headers: ['x-license'] },
        QueryStringsConfig: { QueryStrings: ['q', 'page', 'license'] },
      },
    });
  });
  it('the edge knows them: its quota is what a function at the edge cannot have', () => {
    const { code, err } = synth('edge');
    expect(code).toBe(1);
    expect(err).toContain('edge.licences.from.list["the 2. key"].quota: a CloudFront Function cannot count');
    expect(err).not.toContain('globex-0002');
  });
});
