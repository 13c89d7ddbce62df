import { z } from 'zod';
import { headerName } from './parts.ts';
import { use } from './use.ts';

export const logging = z
  .strictObject({
    sinks: z
      .array(use)
      .default([{ use: 'stdout', with: {} }])
      .meta({ description: 'Where decision records go.' }),
    keepSteps: z
      .enum(['refusals', 'all', 'none'])
      .default('refusals')
      .meta({ description: 'Which records carry their steps; `refusals` takes refusals, faults and the sample.' }),
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .meta({ description: 'Share of the other requests whose steps are kept.' }),
    secretHeaders: z.array(headerName).default([]).meta({ description: 'Further fields whose values never leave.' }),
    secretParameters: z
      .array(z.string())
      .default([])
      .meta({ description: 'Further query parameters whose values never leave.' }),
    remember: z
      .number()
      .int()
      .min(0)
      .max(100_000)
      .default(1000)
      .meta({ description: 'Records with steps kept in memory for `sallyport explain`.' }),
  })
  .meta({ id: 'Logging' });

export const answers = z
  .strictObject({
    traceHeader: z.boolean().default(true).meta({ description: '`x-sallyport-trace` on every answer.' }),
    codeHeader: z
      .boolean()
      .default(false)
      .meta({ description: '`x-sallyport-code` and `x-sallyport-from` on answers: useful inside, telling outside.' }),
  })
  .meta({ id: 'Answers', description: 'What an answer tells about itself.' });

export type Logging = z.infer<typeof logging>;
export type Answers = z.infer<typeof answers>;
