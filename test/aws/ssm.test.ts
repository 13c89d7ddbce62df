import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ssmDocument } from '../../src/stores/aws/ssm-document.ts';

const moto = ((): string | null => {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v moto_server'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
})();
if (moto === null)
  console.warn('moto_server is not installed: the SSM and S3 sources are not tried here (pip install moto[server])');

describe.skipIf(moto === null)('rule maps in SSM and S3, through the real SDK clients', () => {
  let server: ChildProcess;
  let endpoint = '';
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as AddressInfo;
        probe.close(() => resolve(free));
      });
    });
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn(moto as string, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await vi.waitFor(
      async () =>
        expect(
          await fetch(endpoint).then(
            () => true,
            () => false,
          ),
        ).toBe(true),
      { timeout: 60_000, interval: 200 },
    );
  });
  afterAll(() => void server?.kill());

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
