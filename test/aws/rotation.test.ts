import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsCall, signed, type AwsRequest } from '../../src/aws/aws-call.ts';
import { rotatedSecret } from '../../src/aws/origin-secret.ts';
import { rotateOriginSecret } from '../../src/aws/rotate-origin-secret.ts';
import { SecretsManager } from '../../src/aws/secrets-manager.ts';
import { systemClock } from '../../src/base/clock.ts';
import { findMoto, startMoto, type Moto } from './lib/moto.ts';

const request: AwsRequest = {
  service: 'secretsmanager',
  region: 'eu-west-1',
  host: 'secretsmanager.eu-west-1.amazonaws.com',
  method: 'POST',
  target: '/',
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
  body: '{"SecretId":"a"}',
};

/** What the signer of the SDK wants to be given as a hash. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

describe('our signature', () => {
  it.each([['with a session token', 'token'] as const, ['without', undefined] as const])(
    'is the SDK’s own, %s',
    async (_, token) => {
      const now = Date.UTC(2026, 5, 1, 12);
      const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: token };
      const ours = signed(request, request.host, env, now);
      const signer = new SignatureV4({
        service: request.service,
        region: request.region,
        sha256: Sha256 as never,
        applyChecksum: false,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', ...(token && { sessionToken: token }) },
      });
      const theirs = await signer.sign(
        {
          method: 'POST',
          protocol: 'https:',
          hostname: request.host,
          path: '/',
          headers: { ...request.headers, host: request.host },
          body: request.body,
        },
        { signingDate: new Date(now) },
      );
      expect(ours['authorization']).toBe(theirs.headers['authorization']);
    },
  );
  it('needs credentials', () => expect(() => signed(request, request.host, {}, 0)).toThrow('AWS_ACCESS_KEY_ID'));
});

const moto = findMoto('the rotation of the origin secret');

describe.skipIf(moto === null)('a rotation against an emulator of Secrets Manager and CloudFront', () => {
  let server: Moto;
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } as Record<string, string>;
  beforeAll(async () => {
    server = await startMoto(moto as string);
    env['AWS_ENDPOINT_URL'] = server.endpoint;
  });
  afterAll(() => server?.stop());

  it('changes the distribution before the secret, and what checks the header takes both', async () => {
    const call = awsCall({ env });
    const made = await call({
      ...request,
      region: 'us-east-1',
      headers: { ...request.headers, 'x-amz-target': 'secretsmanager.CreateSecret' },
      body: JSON.stringify({
        Name: 'origin',
        SecretString: 'first',
        ClientRequestToken: 'version-1-version-1-version-1-1234',
      }),
    });
    const { ARN: arn } = JSON.parse(made.text) as { ARN: string };
    const created = await call({
      ...request,
      service: 'cloudfront',
      region: 'us-east-1',
      target: '/2020-05-31/distribution',
      headers: { 'content-type': 'text/xml' },
      body: distribution('first'),
    });
    expect(created.status, created.text).toBe(201);
    const id = /<Id>([^<]+)<\/Id>/.exec(created.text)?.[1] ?? '';
    const secrets = new SecretsManager(call, arn);
    const gate = rotatedSecret(
      (stage) => secrets.read(stage),
      systemClock,
      () => {},
    );
    expect(await gate.fits('first')).toBe(true);

    // What RotateSecret does before it calls the function.
    const token = 'version-2-version-2-version-2-1234';
    await secrets.putPending(token, 'to be replaced');
    const rotate = rotateOriginSecret({
      header: 'x-origin-verify',
      secret: 'ARN',
      distribution: 'ID',
      env: { ...env, ARN: arn, ID: id },
      write: () => {},
      delay: async () => {},
    });
    const step = (Step: string): Promise<void> =>
      rotate({ Step, SecretId: arn, ClientRequestToken: token }, { getRemainingTimeInMillis: () => 600_000 });
    await step('createSecret');
    await step('setSecret');
    const config = await call({
      ...request,
      service: 'cloudfront',
      region: 'us-east-1',
      method: 'GET',
      target: `/2020-05-31/distribution/${id}/config`,
      headers: {},
      body: '',
    });
    expect(config.text).toContain('<HeaderValue>to be replaced</HeaderValue>');
    expect(config.text).toContain('<Comment>a distribution</Comment>');
    const during = rotatedSecret(
      (stage) => secrets.read(stage),
      systemClock,
      () => {},
    );
    expect([await during.fits('first'), await during.fits('to be replaced'), await during.fits('x')]).toEqual([
      true,
      true,
      false,
    ]);
    await step('testSecret');
    await step('finishSecret');
    expect(await secrets.read('AWSCURRENT')).toMatchObject({ value: 'to be replaced', versionId: token });
    expect(await secrets.read('AWSPREVIOUS')).toMatchObject({ value: 'first' });
    await step('finishSecret');
  });
});

const distribution = (secret: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
  <CallerReference>one</CallerReference><Comment>a distribution</Comment><Enabled>true</Enabled>
  <Origins><Quantity>1</Quantity><Items><Origin><Id>api</Id><DomainName>a.execute-api.us-east-1.amazonaws.com</DomainName>
    <CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>x-origin-verify</HeaderName><HeaderValue>${secret}</HeaderValue></OriginCustomHeader></Items></CustomHeaders>
    <CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig>
  </Origin></Items></Origins>
  <DefaultCacheBehavior><TargetOriginId>api</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>
    <ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies></ForwardedValues>
    <TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners><MinTTL>0</MinTTL></DefaultCacheBehavior>
</DistributionConfig>`;
