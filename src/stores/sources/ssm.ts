import { z } from 'zod';
import { ms } from '../../config/parts.ts';
import { ssmDocument } from '../aws/ssm-document.ts';
import { defineSource } from '../source.ts';
import { awsOptions } from './shared.ts';

export default defineSource({
  name: 'ssm',
  says: 'An SSM parameter that holds the map, or `s3://bucket/key` of it. Needs @aws-sdk/client-ssm.',
  options: z.strictObject({
    parameter: z.string().min(1).meta({ description: 'Name of the parameter, e.g. `/sallyport/rules`.' }),
    ...awsOptions,
  }),
  open: ({ every, ...place }) => ssmDocument({ ...place, everyMs: ms(every) }),
});
