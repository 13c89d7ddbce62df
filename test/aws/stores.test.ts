import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { manualClock } from '../../src/base/clock.ts';
import { DynamoBuckets, DynamoCounters, DynamoRecords } from '../../src/stores/aws/dynamodb.ts';
import { AwsTable } from '../../src/stores/aws/table.ts';
import { bucketsContract } from '../../src/testing/contracts/buckets.ts';
import { countersContract } from '../../src/testing/contracts/counters.ts';
import { recordsContract } from '../../src/testing/contracts/records.ts';

/** The stores on DynamoDB, through the real SDK client, held to the contract of every store. */
let emulator: ChildProcess;
let client: DynamoDBClient;
let endpoint = '';
let count = 0;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' });
  const port = await freePort();
  endpoint = `http://127.0.0.1:${port}`;
  emulator = spawn(
    process.execPath,
    ['node_modules/dynalite/cli.js', '--host', '127.0.0.1', '--port', String(port), '--createTableMs', '1'],
    { stdio: 'ignore' },
  );
  client = new DynamoDBClient({ endpoint, maxAttempts: 10 });
});
afterAll(() => {
  client.destroy();
  emulator.kill();
});

async function table(): Promise<AwsTable> {
  const name = `table-${++count}`;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  return new AwsTable({ table: name, endpoint });
}

describe('counters in DynamoDB', () => {
  for (const { name, run } of countersContract)
    it(name, () => run(async () => ({ store: new DynamoCounters(await table()), now: Date.now() })));
});
describe('records in DynamoDB', () => {
  for (const { name, run } of recordsContract) it(name, () => run(async () => new DynamoRecords(await table())));
});
describe('buckets in DynamoDB', () => {
  for (const { name, run } of bucketsContract)
    it(name, () =>
      run(async () => {
        const clock = manualClock();
        return { store: new DynamoBuckets(await table(), clock), turn: (ms) => clock.turn(ms) };
      }),
    );
});
