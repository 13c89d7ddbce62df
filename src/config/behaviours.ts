import { z } from 'zod';
import { cachePolicy } from './cache.ts';

export const behaviour = z
  .strictObject({
    path: z
      .string()
      .max(255)
      .regex(/^[A-Za-z0-9_\-.*$/~"'@:+&?]+$/, { error: 'wanted a path pattern of letters, digits and _ - . * $ / ~ " \' @ : + & ?' })
      .default('*')
      .meta({ description: '`*` stands for any run of characters, slashes included, `?` for one. A leading `/` means nothing. Case counts; the query does not.' }),
    cache: cachePolicy.optional().meta({ description: 'Left out: nothing is kept.' }),
  })
  .meta({ id: 'Behaviour', description: 'How requests for some paths are treated.' });

export type Behaviour = z.infer<typeof behaviour>;
