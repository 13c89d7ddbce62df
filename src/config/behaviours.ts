import { z } from 'zod';
import { cachePolicy } from './cache.ts';
import { edgeFunctions, originRequest, responseHeaders, signed } from './edge-parts.ts';

export const behaviour = z
  .strictObject({
    path: z
      .string()
      .max(255)
      .regex(/^[A-Za-z0-9_\-.*$/~"'@:+&?]+$/, {
        error: 'wanted a path pattern of letters, digits and _ - . * $ / ~ " \' @ : + & ?',
      })
      .default('*')
      .meta({
        description:
          '`*` stands for any run of characters, slashes included, `?` for one. A leading `/` means nothing. Case counts; the query does not.',
      }),
    viewerProtocol: z.enum(['allow-all', 'redirect-to-https', 'https-only']).default('allow-all'),
    methods: z
      .enum(['all', 'read', 'read-and-options'])
      .default('all')
      .meta({ description: '`read`: GET and HEAD. `read-and-options`: OPTIONS too. Any other method is a 403.' }),
    cache: cachePolicy.optional().meta({ description: 'Left out: nothing is kept.' }),
    origin: z
      .string()
      .optional()
      .meta({ description: 'Name of an origin or origin group. Left out: the routes decide.' }),
    originPath: z
      .string()
      .regex(/^\/.*[^/]$/, { error: 'wanted a path that begins with "/" and does not end with it' })
      .optional()
      .meta({ description: 'Put in front of the path at the origin.' }),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(3)
      .default(3)
      .meta({ description: 'How often a GET or HEAD is tried at an origin that does not answer (with `origin`).' }),
    originRequest: originRequest
      .optional()
      .meta({ description: 'Left out: under `rfc9111` everything the viewer sent, under `cloudfront` only the key.' }),
    responseHeaders: responseHeaders.optional(),
    compress: z.boolean().default(false).meta({ description: 'Compress what is stored, for viewers who take it.' }),
    signed: signed.optional(),
    licences: z.boolean().default(false).meta({ description: 'Ask for a licence key, as `edge.licences` says.' }),
    functions: edgeFunctions.optional(),
  })
  .meta({ id: 'Behaviour', description: 'How requests for some paths are treated.' });

export type Behaviour = z.infer<typeof behaviour>;
