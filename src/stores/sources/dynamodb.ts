import * as z from 'zod/mini';
import { byDefault, says } from '../../config/params.ts';
import { ms } from '../../config/words.ts';
import { dynamoDocument } from '../aws/dynamodb-document.ts';
import { dynamoHistory } from '../aws/dynamodb-history.ts';
import { defineSource } from '../source.ts';
import { awsOptions } from './shared.ts';

export default defineSource({
  name: 'dynamodb',
  says: 'An item in DynamoDB that holds the map, or points at the version in force. Needs @aws-sdk/client-dynamodb.',
  options: () =>
    z.strictObject({
      table: says(z.string().check(z.minLength(3)), 'Name of the table; its keys are the texts `pk` and `sk`.'),
      name: byDefault(
        z.string().check(z.minLength(1)),
        'main',
        'Which map: the item with `pk` = `rules#NAME` and `sk` = `current`.',
      ),
      ...awsOptions(),
    }),
  open: ({ every, keep, ...place }) => dynamoDocument({ ...place, everyMs: ms(every), keepMs: ms(keep) }),
  history: (options) => dynamoHistory(options),
});
