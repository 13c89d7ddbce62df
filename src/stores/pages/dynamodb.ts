import { z } from 'zod';
import { DynamoBuckets, DynamoCounters, DynamoRecords } from '../aws/dynamodb.ts';
import { AwsTable } from '../aws/table.ts';
import { defineStore } from '../store.ts';

export default defineStore({
  name: 'dynamodb',
  says: 'Keeps keys, counters and buckets in one DynamoDB table, shared by every function and region-wide. Needs @aws-sdk/client-dynamodb.',
  options: z.strictObject({
    table: z.string().min(3).meta({ description: 'Name of the table; its keys are the texts `pk` and `sk`.' }),
    region: z.string().optional().meta({ description: 'Left out: the region that the function runs in.' }),
    endpoint: z.url().optional().meta({ description: 'Another address than AWS, for emulators.' }),
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
