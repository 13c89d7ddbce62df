import { z } from 'zod';
import { durationText, sizeText } from './parts.ts';
import { methodCache } from './stage-cache.ts';
import { bucket } from './plans.ts';
import { use } from './use.ts';

const names = z.array(z.string().min(1)).default([]);

const validate = z
  .strictObject({
    header: names.meta({ description: 'Header fields that must be there; compared by case.' }),
    path: names,
    query: names.meta({ description: 'Query parameters that must be there.' }),
    body: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'Media type to the name of a model, or a JSON Schema.' }),
  })
  .meta({ id: 'RequestValidation', description: 'What a request must have before anybody is asked.' });

const mapping = z.record(z.string(), z.string());

const map = z
  .strictObject({
    request: mapping.default({}).meta({
      description:
        'HTTP: `append|overwrite|remove:header.X`, `…:querystring.X`, `overwrite:path`. REST: `header.X`, `querystring.X`, `path.X` to an expression such as `method.request.header.Y` or `context.requestId`.',
    }),
    responses: z
      .record(z.string().regex(/^(?:default|[2-5]\d\d)$/), mapping)
      .default({})
      .meta({ description: 'HTTP, by status: `append|overwrite|remove:header.X`, `overwrite:statuscode`.' }),
  })
  .meta({ id: 'ParameterMapping' });

/** API Gateway's `contentHandling`: CONVERT_TO_TEXT and CONVERT_TO_BINARY. */
const content = z.enum(['text', 'binary']).optional();

const integrationResponse = z
  .strictObject({
    pattern: z.string().optional().meta({
      description: 'Regular expression over the status (HTTP) or the error message (function); left out: the default.',
    }),
    status: z.number().int().min(200).max(599),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: "Field to expression, e.g. `integration.response.header.X` or `'literal'`." }),
    templates: z.record(z.string(), z.string()).default({}).meta({ description: 'Media type to mapping template.' }),
    content: content.meta({
      description: 'What the answer is converted to; left out: by `Accept` and the binary media types.',
    }),
  })
  .meta({ id: 'IntegrationResponse' });

const transform = z
  .strictObject({
    templates: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: 'Media type to mapping template for the request; `$default` for the rest.' }),
    passthrough: z
      .enum(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'])
      .default('WHEN_NO_MATCH')
      .meta({ description: 'What happens when no template fits.' }),
    content: content.meta({
      description: 'What the request is converted to: `text` makes bytes base64, `binary` makes base64 bytes.',
    }),
    responses: z.array(integrationResponse).min(1).meta({ description: 'The first whose pattern fits is taken.' }),
  })
  .meta({ id: 'ApiTransform', description: 'REST: a non-proxy integration, with mapping templates.' });

const price = z
  .strictObject({
    lambdaMs: z.number().min(0).default(0).meta({ description: 'Expected milliseconds of the function.' }),
    lambdaMb: z.number().min(128).default(128),
    upstream: z.number().min(0).default(0).meta({ description: 'Price of one call at whoever is behind, in dollars.' }),
    fixed: z.number().min(0).default(0).meta({ description: 'Anything else per request, in dollars.' }),
  })
  .meta({ id: 'RoutePrice' });

export const apiRoute = z
  .strictObject({
    to: z.union([z.string().min(1), use]).meta({
      description: 'Name of an origin, or an integration: `{ use: "function", with: { file: "./orders.ts" } }`.',
    }),
    authorizer: z.string().default('none').meta({ description: "Name of one of the API's authorizers, or `none`." }),
    scopes: z
      .array(z.string())
      .default([])
      .meta({ description: 'JWT: one of these must be among the scopes of the token.' }),
    key: z
      .enum(['required', 'none'])
      .default('none')
      .meta({ description: 'Does the method ask for an API key? Only then a usage plan counts.' }),
    throttle: bucket.optional().meta({ description: 'This method of the stage, all callers together.' }),
    validate: validate.optional(),
    map: map.optional(),
    transform: transform.optional(),
    stageCache: methodCache.optional(),
    policies: z
      .array(use)
      .default([])
      .meta({ description: 'Small changes on the way in and out, e.g. `{ use: "set-header", with: {…} }`.' }),
    rewrite: z
      .string()
      .regex(/^\//)
      .optional()
      .meta({ description: 'Path at the origin; `{name}` is filled in as it came.' }),
    bodyBytes: sizeText.default('10mb').meta({ description: 'Most bytes of a request body.' }),
    timeout: durationText.optional().meta({ description: 'Patience with this integration.' }),
    shareable: z
      .boolean()
      .default(false)
      .meta({ description: 'True: an answer that depended on a key or an authorizer may be shared all the same.' }),
    budget: z.string().optional().meta({ description: 'Name of a budget that this method spends from.' }),
    price: price.prefault({}).meta({ description: 'What one request costs, for the budget.' }),
    operation: z
      .string()
      .optional()
      .meta({ description: 'Operation name; in events and in the exported description.' }),
    describes: z.strictObject({ query: names, header: names, content: names }).optional().meta({
      description:
        'Positive security: query parameters and content types that the description knows. Written by the import.',
    }),
  })
  .meta({ id: 'ApiRoute' });

export type ApiRouteDocument = z.infer<typeof apiRoute>;
export type TransformDocument = z.infer<typeof transform>;
export type PriceDocument = z.infer<typeof price>;
