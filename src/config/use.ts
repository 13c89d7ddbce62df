import { z } from 'zod';

/** The open slot: a thing by the name of its definition, with options that the definition's own schema checks. */
export const use = z
  .strictObject({
    use: z.string().min(1).meta({ description: 'Name of a definition: built in, or one of your own.' }),
    with: z.record(z.string(), z.unknown()).default({}).meta({ description: 'Its options.' }),
  })
  .meta({ id: 'Use' });

export type Use = z.infer<typeof use>;
