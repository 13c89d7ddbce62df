import { z } from 'zod';
import { selection } from './cache.ts';
import { durationText, headerName } from './parts.ts';
import { use } from './use.ts';

/** The pages of a behaviour: what reaches the origin, what reaches the viewer, who may ask. */

export const originRequest = z
  .strictObject({
    managed: z
      .string()
      .optional()
      .meta({ description: 'Name of a managed CloudFront policy, e.g. `AllViewerExceptHostHeader`.' }),
    headers: selection('Viewer header fields that the origin sees').default('none'),
    cloudfront: z
      .array(headerName)
      .default([])
      .meta({ description: 'CloudFront-made fields to add, e.g. `CloudFront-Viewer-Country`.' }),
    query: selection('Query parameters that the origin sees').default('none'),
    cookies: selection('Cookies that the origin sees').default('none'),
  })
  .meta({
    id: 'OriginRequest',
    description: 'What the origin is told beyond the cache key; whatever is in the key is always sent.',
  });

const secured = z.strictObject({ value: z.string(), override: z.boolean().default(true) });

export const responseHeaders = z
  .strictObject({
    remove: z
      .array(headerName)
      .max(10)
      .default([])
      .meta({ description: 'Fields of the origin that the viewer does not get.' }),
    set: z
      .array(z.strictObject({ name: headerName, value: z.string(), override: z.boolean().default(true) }))
      .max(10)
      .default([])
      .meta({ description: "Fields to add. `override: false` keeps the origin's, where it has one." }),
    security: z
      .strictObject({
        contentSecurityPolicy: secured.optional(),
        referrerPolicy: secured.optional(),
        strictTransportSecurity: secured.optional(),
        frameOptions: secured.optional(),
        xssProtection: secured.optional(),
        contentTypeOptions: z.strictObject({ override: z.boolean().default(true) }).optional(),
      })
      .prefault({}),
    cors: z
      .strictObject({
        origins: z
          .array(z.string().min(1))
          .min(1)
          .meta({ description: 'Exact origins, `*`, or `https://*.example.com`.' }),
        methods: z.array(z.string()).default(['GET', 'HEAD']),
        headers: z.array(z.string()).default(['*']),
        expose: z.array(headerName).default([]),
        maxAge: durationText.optional(),
        credentials: z.boolean().default(false),
        override: z.boolean().default(true),
      })
      .optional(),
    serverTiming: z
      .strictObject({
        sampling: z.number().min(0).max(100).default(100).meta({ description: 'Percent of the answers.' }),
      })
      .optional()
      .meta({
        description:
          'Put `Server-Timing` on: where it came from and how long it took. `Pragma: server-timing` asks for it whatever the sampling.',
      }),
  })
  .meta({
    id: 'ResponseHeaders',
    description: 'Put on last, on hits, misses and answers made here; what is stored does not change.',
  });

export const signed = z
  .strictObject({
    keys: z
      .record(z.string().min(1), z.string())
      .meta({ description: 'Key pair id to the file with its public key (PEM), RSA or ECDSA.' }),
  })
  .meta({
    id: 'Signed',
    description: "Only signed URLs or cookies get through, as with CloudFront's trusted key groups.",
  });

export const edgeFunction = z
  .union([
    use,
    z.strictObject({
      lambda: z.string().meta({ description: 'File with a Lambda@Edge handler, run unchanged.' }),
      handler: z.string().default('handler'),
      timeout: durationText.default('30s'),
      memory: z.number().int().min(64).max(10_240).default(128).meta({ description: 'Megabytes.' }),
      concurrency: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(1)
        .meta({ description: 'Instances, each with one event at a time.' }),
      includeBody: z
        .boolean()
        .default(false)
        .meta({ description: 'Show the request body, cut at 40 KB for viewers and 1 MB for origins.' }),
    }),
    z.strictObject({
      script: z.string().meta({ description: 'File with a CloudFront function (runtime 2.0).' }),
      store: z.string().optional().meta({ description: 'Name of a KeyValueStore under `edge.keyValueStores`.' }),
    }),
  ])
  .meta({ id: 'EdgeFunction' });

export const edgeFunctions = z
  .strictObject({
    viewerRequest: edgeFunction.optional(),
    originRequest: edgeFunction.optional(),
    originResponse: edgeFunction.optional(),
    viewerResponse: edgeFunction.optional(),
  })
  .refine((moments) => !mixes(moments.viewerRequest, moments.viewerResponse), {
    error: 'a CloudFront function and a Lambda@Edge function cannot both stand at viewer moments of one behaviour',
  })
  .refine((moments) => !isScript(moments.originRequest) && !isScript(moments.originResponse), {
    error: 'CloudFront functions run at viewer moments only',
  })
  .meta({ id: 'EdgeFunctions', description: 'Code at the four moments of a request.' });

const isScript = (given: unknown): boolean => typeof given === 'object' && given !== null && 'script' in given;
const isLambda = (given: unknown): boolean => typeof given === 'object' && given !== null && 'lambda' in given;
const mixes = (one: unknown, two: unknown): boolean =>
  (isScript(one) && isLambda(two)) || (isLambda(one) && isScript(two));

export const licences = z
  .strictObject({
    in: z
      .array(
        z
          .string()
          .regex(/^(?:query|header|cookie):.+$/, { error: 'wanted "query:NAME", "header:NAME" or "cookie:NAME"' }),
      )
      .min(1)
      .default(['query:license'])
      .meta({ description: 'Where the key stands; the first place that has one counts.' }),
    from: z
      .union([
        z.strictObject({
          list: z.record(
            z.string(),
            z.strictObject({
              name: z.string().optional(),
              expires: z.string().optional(),
              quota: z.number().int().positive().optional(),
              enabled: z.boolean().default(true),
            }),
          ),
        }),
        z.strictObject({
          store: z.literal(true).meta({ description: 'The store of the document: `sallyport licences create`.' }),
        }),
        z.strictObject({
          origin: z
            .literal(true)
            .meta({ description: 'The origin decides: the key goes on, and only its refusals count.' }),
        }),
      ])
      .default({ store: true }),
    remember: z
      .strictObject({
        valid: durationText.default('10m'),
        invalid: durationText.default('30s'),
        most: z.number().int().positive().default(10_000).meta({ description: 'Most results that are remembered.' }),
      })
      .prefault({}),
    onFault: z
      .enum(['closed', 'open'])
      .default('closed')
      .meta({ description: 'Who gets in while the keys cannot be asked for.' }),
    forward: z.boolean().default(false).meta({ description: 'Does the origin see the key?' }),
    quotaPeriod: z.enum(['day', 'month']).default('month'),
  })
  .meta({ id: 'Licences', description: 'Each request bears a key that must be good; the key never splits the cache.' });

export type ResponseHeadersDocument = z.infer<typeof responseHeaders>;
export type EdgeFunctionDocument = z.infer<typeof edgeFunction>;
