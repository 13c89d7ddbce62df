import { z } from 'zod';
import { ms } from '../../config/words.ts';
import { ssmDocument } from '../aws/ssm-document.ts';
import { ssmHistory } from '../aws/ssm-history.ts';
import { defineSource } from '../source.ts';
import { awsOptions } from './shared.ts';

export default defineSource({
  name: 'ssm',
  says: 'An SSM parameter that holds the map, or `s3://bucket/key` of it. Needs @aws-sdk/client-ssm.',
  options: z.strictObject({
    parameter: z.string().min(1).meta({ description: 'Name of the parameter, e.g. `/sallyport/rules`.' }),
    bucket: z
      .string()
      .min(3)
      .optional()
      .meta({ description: 'The one bucket that the parameter may point into; left out: any.' }),
    ...awsOptions,
  }),
  open: ({ every, keep, ...place }) => ssmDocument({ ...place, everyMs: ms(every), keepMs: ms(keep) }),
  history: (options) => ssmHistory(options),
});
