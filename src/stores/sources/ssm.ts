import * as z from 'zod/mini';
import { optional, says } from '../../config/params.ts';
import { ms } from '../../config/words.ts';
import { ssmDocument } from '../aws/ssm-document.ts';
import { ssmHistory } from '../aws/ssm-history.ts';
import { defineSource } from '../source.ts';
import { awsOptions } from './shared.ts';

export default defineSource({
  name: 'ssm',
  says: 'An SSM parameter that holds the map, or `s3://bucket/key` of it. Needs @aws-sdk/client-ssm.',
  options: () =>
    z.strictObject({
      parameter: says(z.string().check(z.minLength(1)), 'Name of the parameter, e.g. `/sallyport/rules`.'),
      bucket: optional(
        z.string().check(z.minLength(3)),
        'The one bucket that the parameter may point into; left out: any.',
      ),
      ...awsOptions(),
    }),
  open: ({ every, keep, ...place }) => ssmDocument({ ...place, everyMs: ms(every), keepMs: ms(keep) }),
  history: (options) => ssmHistory(options),
});
