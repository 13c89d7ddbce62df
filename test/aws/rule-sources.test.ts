import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sallyport } from '../../src/pipeline/app.ts';
import { dynamoDocument } from '../../src/stores/aws/dynamodb-document.ts';
import { s3Document } from '../../src/stores/aws/s3-document.ts';
import { findMoto, startMoto, type Moto } from './lib/moto.ts';

const moto = findMoto('rule maps in S3 and DynamoDB');
const denying = (path: string): string =>
  JSON.stringify({ default: [{ name: 'method-and-path', params: { deny: [path] } }] });

describe.skipIf(moto === null)('rule maps in S3 and DynamoDB, through the real SDK clients', () => {
  let server: Moto;
  let endpoint = '';
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });
    server = await startMoto(moto as string);
    endpoint = server.endpoint;
  });
  afterAll(() => server?.stop());

  it('an object in S3: each content is a version of its own', async () => {
    const s3 = new S3Client({ endpoint, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'rules' }));
    const put = (Body: string): Promise<unknown> =>
      s3.send(new PutObjectCommand({ Bucket: 'rules', Key: 'map.json', Body }));
    const source = s3Document({ bucket: 'rules', key: 'map.json', endpoint });
    await expect(source.load()).rejects.toThrow();
    await put('{"default":[]}');
    const first = await source.load();
    await put('{"/x":[]}');
    const second = await source.load();
    expect([first.text, second.text]).toEqual(['{"default":[]}', '{"/x":[]}']);
    expect(second.version).not.toBe(first.version);
    s3.destroy();
  });

  it('an item in DynamoDB, and a pointer that is swapped and swapped back', async () => {
    const client = new DynamoDBClient({ endpoint });
    await client.send(
      new CreateTableCommand({
        TableName: 'sallyport',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    const put = (sk: string, attributes: Record<string, string>): Promise<unknown> =>
      client.send(
        new PutItemCommand({
          TableName: 'sallyport',
          Item: {
            pk: { S: 'rules#main' },
            sk: { S: sk },
            ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { S: value }])),
          },
        }),
      );
    const source = dynamoDocument({ table: 'sallyport', name: 'main', endpoint });
    await expect(source.load()).rejects.toThrow('has no item pk "rules#main"');
    await put('current', { other: 'x' });
    await expect(source.load()).rejects.toThrow('neither `text` nor `version`');
    await put('current', { text: denying('/inline') });
    expect((await source.load()).text).toBe(denying('/inline'));
    await put('v1', { text: denying('/one') });
    await put('v2', { text: denying('/two') });
    await put('current', { version: 'v2' });
    const two = await source.load();
    await put('current', { version: 'v1' });
    const one = await source.load();
    expect([two.text, one.text]).toEqual([denying('/two'), denying('/one')]);
    expect(one.version).not.toBe(two.version);
    await put('current', { version: 'v9' });
    await expect(source.load()).rejects.toThrow('points at "v9"');
    await put('current', { version: 'v1' });
    client.destroy();
  });

  it.each([
    ['s3', { bucket: 'rules', key: 'map.json' }],
    ['dynamodb', { table: 'sallyport' }],
  ])('a document names the source: %s', async (use, place) => {
    const app = await sallyport({
      document: {
        store: { use: 'memory' },
        logging: { sinks: [] },
        rules: { from: { use, with: { ...place, endpoint } } },
        routes: { $default: { to: { use: 'mock', with: { body: 'tea' } } } },
      },
    });
    expect((await app.status()).stale).toBeNull();
    await app.close();
  });

  it('options that are not its own are an error with its place', async () => {
    const document = { rules: { from: { use: 's3', with: { bucket: 'rules' } } } };
    await expect(sallyport({ document })).rejects.toThrow(/rules\.from\.with\.key/);
    await expect(sallyport({ document: { rules: { from: { use: 'dynamo' } } } })).rejects.toThrow(
      /did you mean "dynamodb"/,
    );
  });
});
