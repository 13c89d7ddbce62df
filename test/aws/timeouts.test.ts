import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { PrivateApi, PrivateForwarder, Sallyport, WebhookForwarder } from '../../src/cdk/index.ts';

process.env['CDK_VALIDATION'] = 'false';

const documentOf = (timeouts: object, url = 'http://10.0.1.10:8080') => ({
  routes: { 'ANY /{proxy+}': { to: 'main' } },
  origins: { main: { url, allow: url.includes('10.') ? ['10.0.1.10'] : [], timeouts } },
});
const made = (make: (stack: Stack, inside: object) => void): Template => {
  const stack = new Stack(new App(), 'S', { env: { region: 'us-east-1' } });
  const vpc = new Vpc(stack, 'V', { natGateways: 0 }) as IVpc;
  make(stack, { vpc, target: { securityGroup: new SecurityGroup(stack, 'G', { vpc }), port: 8080 } });
  return Template.fromStack(stack);
};
const forwarder = (timeouts: object, more: object = {}) =>
  made(
    (stack, inside) =>
      new PrivateForwarder(stack, 'F', { ...inside, document: documentOf(timeouts), ...more } as never),
  );
const webhook = (timeouts: object) =>
  made((stack, inside) => new WebhookForwarder(stack, 'F', { ...inside, document: documentOf(timeouts) } as never));
const api = (kind: 'rest' | 'http', timeouts: object) =>
  made((stack, inside) => new PrivateApi(stack, 'A', { ...inside, kind, document: documentOf(timeouts) } as never));
const lineOf = (template: Template, seconds: number): void =>
  template.hasResourceProperties('AWS::Lambda::Function', {
    Timeout: seconds,
    Description: Match.stringLikeRegexp('line|private host'),
  });

describe('a function waits a second longer than its origins, and API Gateway a second longer than the function', () => {
  it('REST', () => {
    const template = api('rest', { firstByte: '3s', total: '4s' });
    lineOf(template, 5);
    template.allResourcesProperties('AWS::ApiGateway::Method', { Integration: { TimeoutInMillis: 6000 } });
  });
  it('HTTP', () => {
    const template = api('http', { firstByte: '3s', total: '4s' });
    lineOf(template, 5);
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { TimeoutInMillis: 6000 });
  });
  it('the stack of a document, with private and with public origins', () => {
    for (const url of ['http://10.0.1.10:8080', 'https://origin.example.com']) {
      const template = made((stack, inside) => {
        const document = documentOf({ firstByte: '3s', total: '4s' }, url);
        new Sallyport(stack, 'All', { document, ...(url.includes('10.') && { vpc: inside as never }) });
      });
      lineOf(template, 5);
      template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { TimeoutInMillis: 6000 });
    }
  });
  it('timeouts that nobody wrote are made to fit', () => {
    const template = api('http', {});
    lineOf(template, 28);
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { TimeoutInMillis: 29_000 });
  });
  it('a queue waits as long as the origin may take', () => {
    const template = webhook({ firstByte: '2m', total: '3m' });
    lineOf(template, 181);
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 181 * 6 });
  });
  it('a route that ends in no origin keeps all the time there is', () => {
    const document = { routes: { 'GET /hello': { to: { use: 'mock', with: { status: 200 } } } } };
    lineOf(
      made((stack) => new Sallyport(stack, 'All', { document })),
      28,
    );
  });
});

describe('a written timeout that cannot fit ends the synth with the fix', () => {
  const cases: readonly (readonly [string, () => Template, RegExp])[] = [
    [
      'longer than API Gateway waits',
      () => forwarder({ firstByte: '10s', total: '60s' }),
      /origins\.main\.timeouts\.total: 60s: .*gives up after 29 s: write at most 27s, or use webhook mode/,
    ],
    ['both', () => forwarder({ firstByte: '40s', total: '60s' }), /timeouts\.firstByte: 40s, origins.*total: 60s/],
    [
      'longer than the function',
      () => forwarder({ firstByte: '10s', total: '20s' }, { timeout: Duration.seconds(15) }),
      /total: 20s: .*has 15s.*write at most 14s, or give a longer `timeout`/,
    ],
    ['longer than Lambda has', () => webhook({ total: '20m' }), /total: 20m: .*Lambda has 15m.*write at most 899s/],
    [
      'a public origin behind the stack of a document',
      () =>
        made((stack) => {
          new Sallyport(stack, 'All', { document: documentOf({ total: '45s' }, 'https://origin.example.com') });
        }),
      /total: 45s: .*write at most 27s/,
    ],
  ];
  it.each(cases)('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
