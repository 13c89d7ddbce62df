import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDocument } from '../../src/stores/aws/dynamodb-document.ts';
import { s3Document } from '../../src/stores/aws/s3-document.ts';
import { ssmDocument } from '../../src/stores/aws/ssm-document.ts';
import { sallyportCommand, type Ran } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { findMoto, startMoto, type Moto } from './lib/moto.ts';

const moto = findMoto('versions of a rule map');
const map = (path: string): object => ({ default: [{ name: 'method-and-path', params: { deny: [path] } }] });

interface Version {
  readonly id: string;
  readonly inForce: boolean;
}

describe.skipIf(moto === null)('sallyport rules, through the real SDK clients', () => {
  const folder = temporaryFolder();
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  let server: Moto;
  let endpoint = '';
  const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, ['rules', ...args], { env });
  const listed = async (): Promise<readonly Version[]> =>
    JSON.parse((await run('list', '--json')).out) as readonly Version[];

  beforeAll(async () => {
    Object.assign(process.env, env);
    server = await startMoto(moto as string);
    endpoint = server.endpoint;
    const s3 = new S3Client({ endpoint, forcePathStyle: true });
    for (const Bucket of ['maps', 'plain']) await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'maps', VersioningConfiguration: { Status: 'Enabled' } }));
    s3.destroy();
    const dynamo = new DynamoDBClient({ endpoint });
    await dynamo.send(
      new CreateTableCommand({
        TableName: 'maps',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    dynamo.destroy();
  });
  afterAll(() => {
    server?.stop();
    folder.remove();
  });

  const places = [
    ['ssm', { parameter: '/maps/short' }, () => ssmDocument({ parameter: '/maps/short', endpoint })],
    [
      'ssm, pointing into s3',
      { parameter: '/maps/long', bucket: 'maps' },
      () => ssmDocument({ parameter: '/maps/long', bucket: 'maps', endpoint }),
    ],
    ['s3', { bucket: 'maps', key: 'map.json' }, () => s3Document({ bucket: 'maps', key: 'map.json', endpoint })],
    ['dynamodb', { table: 'maps', name: 'shop' }, () => dynamoDocument({ table: 'maps', name: 'shop', endpoint })],
  ] as const;

  it.each(places)(
    '%s: publishes, lists, shows and restores; a wrong map changes nothing',
    async (use, place, source) => {
      const from = { use: use.split(',')[0], with: { ...place, endpoint } };
      folder.write('sallyport.config.json', JSON.stringify({ rules: { from } }));
      for (const path of ['/one', '/two']) folder.write(`${path}.json`, JSON.stringify(map(path)));
      folder.write('wrong.json', JSON.stringify({ default: [{ name: 'method-and-pth' }] }));

      const first = await run('publish', 'one.json', '--json');
      expect(first.code, first.err).toBe(0);
      expect((await run('publish', 'two.json')).out).toContain('is in force');
      expect(JSON.parse((await source().load()).text)).toEqual(map('/two'));

      const bad = await run('publish', 'wrong.json');
      expect([bad.code, bad.err]).toEqual([1, expect.stringContaining('did you mean "method-and-path"')]);
      expect(JSON.parse((await source().load()).text)).toEqual(map('/two'));

      const versions = await listed();
      expect(versions.map((each) => each.inForce).toSorted()).toEqual([false, true]);
      const { version } = JSON.parse(first.out) as { version: string };
      expect(versions.find((each) => !each.inForce)?.id).toBe(version);
      expect(JSON.parse((await run('show', version)).out)).toEqual(map('/one'));

      expect((await run('restore', version)).code).toBe(0);
      expect(JSON.parse((await source().load()).text)).toEqual(map('/one'));
      const none = await run('restore', 'nothing');
      expect([none.code, none.err]).toEqual([1, expect.stringContaining('there is no version "nothing"')]);
    },
  );

  it('was asked of every kind of place', () => expect(places).toHaveLength(4));

  it('says what to do where a map is too long, a bucket keeps no versions, or there is no place', async () => {
    const publish = async (from: object | undefined): Promise<Ran> => {
      folder.write('sallyport.config.json', JSON.stringify({ rules: from ? { from } : { map: {} } }));
      return run('publish', 'long.json');
    };
    folder.write(
      'long.json',
      JSON.stringify({ default: [{ name: 'method-and-path', params: { deny: [`/${'x'.repeat(5000)}`] } }] }),
    );
    const long = await publish({ use: 'ssm', with: { parameter: '/maps/none', endpoint } });
    expect([long.code, long.err]).toEqual([1, expect.stringContaining('give `rules.from.with.bucket`')]);
    const plain = await publish({ use: 's3', with: { bucket: 'plain', key: 'm.json', endpoint } });
    expect([plain.code, plain.out]).toEqual([0, expect.stringContaining('version null')]);
    const nowhere = await publish(undefined);
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('the map stands in the document')]);
    const file = await publish({ with: { path: 'one.json' } });
    expect([file.code, file.err]).toEqual([1, expect.stringContaining('edit the file')]);
    expect((await run('publish', 'lost.json')).code).toBe(2);
  });
});
