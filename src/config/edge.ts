import { z } from 'zod';
import { behaviour } from './behaviours.ts';
import { objectStore } from './cache.ts';

export const edge = z
  .strictObject({
    behaviours: z
      .array(behaviour)
      .min(1)
      .max(75)
      .meta({ description: 'By path, in order: the first that matches is used, not the most specific. The last should be `*`.' }),
    objects: objectStore.prefault({}).meta({ description: 'Where cached bodies live.' }),
  })
  .meta({ id: 'Edge', description: 'A content delivery network of your own: what is answered without asking the origin.' });

export type Edge = z.infer<typeof edge>;
