import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ssmDocument } from '../../src/stores/aws/ssm-document.ts';
import { findMoto, startMoto, type Moto } from './lib/moto.ts';

const moto = findMoto('rule maps in SSM and S3');

describe.skipIf(moto === null)('rule maps in SSM and S3, through the real SDK clients', () => {
  let server: Moto;
  let endpoint = '';
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });
    server = await startMoto(moto as string);
    endpoint = server.endpoint;
  });
  afterAll(() => server?.stop());

  it('reads the text, follows a pointer to S3, and gives each version its own name', async () => {
    const ssm = new SSMClient({ endpoint });
    const s3 = new S3Client({ endpoint, forcePathStyle: true });
    const put = (Value: string): Promise<unknown> =>
      ssm.send(new PutParameterCommand({ Name: '/rules', Value, Type: 'String', Overwrite: true }));
    const source = ssmDocument({ parameter: '/rules', endpoint });
    await put('{"default":[]}');
    const first = await source.load();
    expect(first.text).toBe('{"default":[]}');
    await s3.send(new CreateBucketCommand({ Bucket: 'maps' }));
    await s3.send(new PutObjectCommand({ Bucket: 'maps', Key: 'v2.json', Body: '{"/x":[]}' }));
    await put('s3://maps/v2.json');
    const second = await source.load();
    expect(second.text).toBe('{"/x":[]}');
    expect(second.version).not.toBe(first.version);
    expect((await ssm.send(new GetParameterCommand({ Name: '/rules' }))).Parameter?.Value).toBe('s3://maps/v2.json');
    await expect(ssmDocument({ parameter: '/none', endpoint }).load()).rejects.toThrow();
  });
});
