import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProtectedDistribution, ProtectedSocket, Sallyport } from '../../src/cdk/index.ts';

process.env['CDK_VALIDATION'] = 'false';

const arn = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/0-1-2`;
const certificateIn = (stack: Stack, region = 'us-east-1') => Certificate.fromCertificateArn(stack, 'C', arn(region));
const handler = join(import.meta.dirname, '../../examples/aws-protected-websocket/handler.ts');
const lined = {
  origins: { main: { url: 'https://origin.example.com' } },
  routes: { 'ANY /{proxy+}': { to: 'main' } },
};
const edged = {
  origins: { o: { url: 'https://o.test' } },
  routes: {},
  edge: { behaviours: [{ path: '*', origin: 'o' }] },
};
const names = ['api.example.com', '*.example.com'];

type Make = (stack: Stack, own: object) => unknown;
const distribution: Make = (stack, own) =>
  new ProtectedDistribution(stack, 'D', { document: {}, origin: new HttpOrigin('o.test'), ...own });
const socket: Make = (stack, own) => new ProtectedSocket(stack, 'W', { document: {}, handler, ...own });
const edge: Make = (stack, own) => new Sallyport(stack, 'E', { document: edged, ...own });
const behind: Make = (stack, own) => new Sallyport(stack, 'B', { document: lined, webAcl: true, ...own });
const socketBeside: Make = (stack, own) => new Sallyport(stack, 'S', { document: {}, socket: { handler, ...own } });

const stackOf = (): Stack => new Stack(new App(), 'S', { env: { region: 'us-east-1' } });
const rows: readonly (readonly [what: string, make: Make, url: string | null])[] = [
  ['ProtectedDistribution', distribution, null],
  ['ProtectedSocket', socket, 'wss://api.example.com'],
  ['Sallyport, of a document’s edge', edge, 'https://api.example.com'],
  ['Sallyport, with a web ACL', behind, 'https://api.example.com'],
  ['Sallyport, its socket', socketBeside, 'wss://api.example.com'],
];

describe.each(rows)('%s', (_, make, url) => {
  it('has the names with their certificate, and no TLS below 1.2', () => {
    const stack = stackOf();
    make(stack, { domainNames: names, certificate: certificateIn(stack) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: names,
        ViewerCertificate: {
          AcmCertificateArn: arn('us-east-1'),
          MinimumProtocolVersion: 'TLSv1.2_2021',
          SslSupportMethod: 'sni-only',
        },
      },
    });
    template.hasOutput('*', {
      Description: 'What each of the names api.example.com, *.example.com must be an alias of',
    });
    if (url !== null) template.hasOutput('*', { Value: url });
    expect(JSON.stringify(template.toJSON())).not.toContain('allows no higher minimum');
  });

  it('has none when none are given', () => {
    const stack = stackOf();
    make(stack, {});
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { Aliases: Match.absent(), ViewerCertificate: Match.absent() },
    });
    expect(Object.keys(template.findOutputs('*')).filter((name) => name.includes('PointsTo'))).toEqual([]);
  });

  it('without a certificate says what to give', () =>
    expect(() => make(stackOf(), { domainNames: ['api.example.com'] })).toThrow(
      /api\.example\.com: .*give `certificate`, one of ACM in us-east-1/,
    ));
});

describe('names that cannot be served end the synth', () => {
  const cases: readonly (readonly [string, (stack: Stack) => unknown, RegExp])[] = [
    [
      'a certificate for no name',
      (s) => distribution(s, { certificate: certificateIn(s) }),
      /give the names.*domainNames/,
    ],
    [
      'a certificate of another region',
      (s) => edge(s, { domainNames: names, certificate: certificateIn(s, 'eu-west-1') }),
      /lives in eu-west-1.*those of us-east-1 only/,
    ],
    [
      'a certificate that is made in another region',
      () => {
        const stack = new Stack(new App(), 'S', { env: { region: 'eu-west-1', account: '123456789012' } });
        const certificate = new Certificate(stack, 'C', { domainName: 'api.example.com' });
        edge(stack, { domainNames: names, certificate });
      },
      /lives in eu-west-1/,
    ],
    [
      'an address instead of a name',
      (s) => distribution(s, { domainNames: ['https://api.example.com/'], certificate: certificateIn(s) }),
      /domainNames\[0\]: "https:\/\/api\.example\.com\/" is no name of a host/,
    ],
    [
      'a name twice',
      (s) => distribution(s, { domainNames: ['a.test', 'a.test'], certificate: certificateIn(s) }),
      /domainNames\[1\]: a\.test stands there twice/,
    ],
    [
      'more names than CloudFront takes',
      (s) =>
        distribution(s, {
          domainNames: Array.from({ length: 101 }, (_, at) => `h${at}.test`),
          certificate: certificateIn(s),
        }),
      /100 names, not 101/,
    ],
    [
      'names, and no distribution',
      (s) => new Sallyport(s, 'N', { document: lined, domainNames: names, certificate: certificateIn(s) }),
      /no distribution that could answer.*webAcl: true/,
    ],
    [
      'one name for the distribution and the socket',
      (s) => {
        const own = { domainNames: names, certificate: certificateIn(s) };
        return new Sallyport(s, 'N', { document: edged, ...own, socket: { handler, ...own } });
      },
      /api\.example\.com.*the WebSocket API has a distribution of its own/,
    ],
  ];
  it.each(cases.map(([name, ...rest]) => [name, rest] as const))('%s', (_, [make, message]) => {
    expect(() => make(stackOf())).toThrow(message);
  });
  it('has cases enough', () => expect(cases.length).toBeGreaterThanOrEqual(8));
});
