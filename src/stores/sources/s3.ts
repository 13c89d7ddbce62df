import * as z from 'zod/mini';
import { says } from '../../config/params.ts';
import { ms } from '../../config/words.ts';
import { s3Document } from '../aws/s3-document.ts';
import { s3History } from '../aws/s3-history.ts';
import { defineSource } from '../source.ts';
import { awsOptions } from './shared.ts';

export default defineSource({
  name: 's3',
  says: 'An object in S3. Needs @aws-sdk/client-s3.',
  options: () =>
    z.strictObject({
      bucket: says(z.string().check(z.minLength(3)), 'Name of the bucket.'),
      key: says(z.string().check(z.minLength(1)), 'Key of the object, e.g. `rules.json`.'),
      ...awsOptions(),
    }),
  open: ({ every, keep, ...place }) => s3Document({ ...place, everyMs: ms(every), keepMs: ms(keep) }),
  history: (options) => s3History(options),
});
