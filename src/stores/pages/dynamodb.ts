import * as z from 'zod/mini';
import { optional, says } from '../../config/params.ts';
import { DynamoBuckets, DynamoCounters, DynamoRecords } from '../aws/dynamodb.ts';
import { AwsTable } from '../aws/table.ts';
import { defineStore } from '../store.ts';

export default defineStore({
  name: 'dynamodb',
  says: 'Keeps keys, counters and buckets in one DynamoDB table, shared by every function and region-wide. Needs @aws-sdk/client-dynamodb.',
  options: () =>
    z.strictObject({
      table: says(z.string().check(z.minLength(3)), 'Name of the table; its keys are the texts `pk` and `sk`.'),
      region: optional(z.string(), 'Left out: the region that the function runs in.'),
      endpoint: optional(z.url(), 'Another address than AWS, for emulators.'),
    }),
  async open(options, { clock }) {
    const opened = new AwsTable(options);
    return {
      buckets: new DynamoBuckets(opened, clock),
      counters: new DynamoCounters(opened),
      records: new DynamoRecords(opened),
      healthy: () => opened.healthy(),
      close: () => opened.close(),
    };
  },
});
