import { z } from 'zod';
import { behaviour } from './behaviours.ts';
import { objectStore } from './cache.ts';
import { licences } from './edge-parts.ts';

const country = z.string().regex(/^[A-Z]{2}$/, { error: 'wanted a country code of two capitals, e.g. "DE"' });

export const edge = z
  .strictObject({
    behaviours: z.array(behaviour).min(1).max(75).meta({
      description: 'By path, in order: the first that matches is used, not the most specific. The last should be `*`.',
    }),
    objects: objectStore.prefault({}).meta({ description: 'Where cached bodies live.' }),
    defaultRoot: z
      .string()
      .regex(/^[^/].*$/, { error: 'wanted a name without leading slash, e.g. "index.html"' })
      .optional()
      .meta({ description: 'What `/` means.' }),
    errors: z
      .record(
        z.string().regex(/^[45]\d\d$/),
        z.strictObject({
          page: z
            .string()
            .regex(/^\//)
            .meta({ description: 'Path of the page, fetched through the behaviour that matches it.' }),
          status: z
            .number()
            .int()
            .min(200)
            .max(599)
            .optional()
            .meta({ description: "Status shown with it. Left out: the error's own." }),
        }),
      )
      .default({})
      .meta({ description: 'Pages for errors, by status. An answer of a function is left as it is.' }),
    originGroups: z
      .record(
        z.string().min(1),
        z.strictObject({
          origins: z.tuple([z.string(), z.string()]).meta({ description: 'The first is always tried first.' }),
          failover: z
            .array(z.number().int())
            .default([500, 502, 503, 504])
            .meta({ description: 'Statuses of the first that send the request to the second.' }),
        }),
      )
      .default({}),
    geo: z
      .strictObject({
        database: z.string().meta({ description: 'An address database in the mmdb format, relative to the document.' }),
        allow: z.array(country).optional(),
        block: z.array(country).optional(),
        unknown: z
          .enum(['allow', 'block'])
          .default('allow')
          .meta({ description: 'An address that is in no country: CloudFront lets it in.' }),
      })
      .refine(({ allow, block }) => !(allow && block), { error: 'either allow or block, not both' })
      .optional()
      .meta({ description: 'Countries that are served, or are not.' }),
    licences: licences.optional(),
    keyValueStores: z
      .record(z.string().min(1), z.record(z.string(), z.string()))
      .default({})
      .meta({ description: 'KeyValueStores of CloudFront functions, by name.' }),
    distribution: z
      .strictObject({
        id: z.string().default('ELOCAL'),
        domain: z.string().default('local.sallyport.internal'),
        location: z
          .string()
          .regex(/^[A-Z0-9-]{1,20}$/, { error: 'wanted capitals, digits and dashes, e.g. "FRA1-P1"' })
          .default('LOCAL1')
          .meta({ description: 'Name of this place: `X-Amz-Cf-Pop` and `cdn-pop`.' }),
      })
      .prefault({})
      .meta({ description: 'What functions and viewers are told about where this runs.' }),
  })
  .meta({
    id: 'Edge',
    description: 'A content delivery network of your own: what is answered without asking the origin.',
  });
