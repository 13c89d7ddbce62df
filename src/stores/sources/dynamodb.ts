import { z } from 'zod';
import { ms } from '../../config/words.ts';
import { dynamoDocument } from '../aws/dynamodb-document.ts';
import { dynamoHistory } from '../aws/dynamodb-history.ts';
import { defineSource } from '../source.ts';
import { awsOptions } from './shared.ts';

export default defineSource({
  name: 'dynamodb',
  says: 'An item in DynamoDB that holds the map, or points at the version in force. Needs @aws-sdk/client-dynamodb.',
  options: z.strictObject({
    table: z.string().min(3).meta({ description: 'Name of the table; its keys are the texts `pk` and `sk`.' }),
    name: z
      .string()
      .min(1)
      .default('main')
      .meta({ description: 'Which map: the item with `pk` = `rules#NAME` and `sk` = `current`.' }),
    ...awsOptions,
  }),
  open: ({ every, keep, ...place }) => dynamoDocument({ ...place, everyMs: ms(every), keepMs: ms(keep) }),
  history: (options) => dynamoHistory(options),
});
