import { z } from 'zod';
import { apiRoute } from './api-routes.ts';
import { cachePolicy, objectStore } from './cache.ts';
import { stageCache } from './stage-cache.ts';
import { headerName } from './parts.ts';
import { bucket } from './plans.ts';
import { use } from './use.ts';
import { wafOwn } from './waf.ts';

/** REST and HTTP APIs as AWS defines them: one entry is one API with one stage. */

const cors = z
  .strictObject({
    allowOrigins: z.array(z.string()).min(1).meta({ description: 'Exact origins, `*`, `https://*` or `http://*`.' }),
    allowMethods: z
      .array(z.string())
      .default(['*'])
      .meta({ description: 'Methods that a preflight may ask for; `*` is all.' }),
    allowHeaders: z
      .array(z.string())
      .default([])
      .meta({ description: 'Fields that a preflight may ask for; `*` is all.' }),
    exposeHeaders: z.array(z.string()).default([]).meta({ description: 'Fields that a page may read.' }),
    maxAge: z
      .number()
      .int()
      .min(-1)
      .max(86_400)
      .optional()
      .meta({ description: 'Seconds that a browser keeps the preflight.' }),
    allowCredentials: z
      .boolean()
      .default(false)
      .meta({ description: 'Cookies and credentials; not together with origin `*`.' }),
  })
  .meta({ id: 'ApiCors', description: 'HTTP APIs: the gateway answers preflights and owns the CORS fields.' });

const gatewayResponse = z
  .strictObject({
    status: z.number().int().min(200).max(599).optional().meta({ description: 'Status instead of the default one.' }),
    headers: z.record(z.string(), z.string()).default({}).meta({
      description: "Field to expression: `'literal'`, `context.X`, `stageVariables.X`, `method.request.header.X`.",
    }),
    templates: z.record(z.string(), z.string()).default({}).meta({
      description:
        'Media type to template; plain substitution of `$context.…`, `$stageVariables.…`, `$method.request.…`.',
    }),
  })
  .meta({ id: 'GatewayResponse' });

const variableValue = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9\-._~:/?#&=,]*$/, { error: 'wanted at most 512 of A-Z a-z 0-9 - . _ ~ : / ? # & = ,' });

const routeKey = z.string().regex(/^(?:\$default|[A-Z]+ \/[^\s?#]*)$/, {
  error: 'wanted "METHOD /path/{name}", "ANY /{proxy+}" or "$default"',
});

const variables = z.record(z.string().max(64).regex(/^\w+$/), variableValue).default({});

const canary = z
  .strictObject({
    percent: z.number().min(0).max(100).meta({ description: 'Share of requests; each is drawn on its own.' }),
    variables: variables.meta({ description: 'Stage variables that are others for the canary.' }),
    routes: z.record(routeKey, apiRoute).default({}).meta({
      description: "Routes of the canary's deployment, over those of the stage.",
    }),
    useStageCache: z
      .boolean()
      .default(false)
      .meta({ description: "True: the canary has its answers in the stage's cache." }),
  })
  .meta({ id: 'Canary', description: 'REST: another deployment that some of the requests get.' });

export const api = z
  .strictObject({
    kind: z
      .enum(['rest', 'http'])
      .meta({ description: 'REST API (v1) or HTTP API (v2): they differ in routing, events, errors and features.' }),
    id: z
      .string()
      .regex(/^[a-z0-9]{1,20}$/)
      .optional()
      .meta({ description: 'Id in ARNs and events; left out: made from the name.' }),
    region: z.string().default('us-east-1').meta({ description: 'Region in ARNs.' }),
    account: z
      .string()
      .regex(/^\d{12}$/, { error: 'wanted an account of 12 digits' })
      .default('000000000000')
      .meta({ description: 'Account in ARNs.' }),
    stage: z
      .string()
      .max(128)
      .regex(/^(?:\$default|[A-Za-z0-9_-]+)$/, {
        error: 'wanted letters, digits, "-" and "_", or "$default" on an HTTP API',
      })
      .optional()
      .meta({ description: 'The stage; left out: `prod` on REST, `$default` on HTTP.' }),
    hosts: z.array(z.string()).default([]).meta({ description: 'Host names that mean this API; none: every host.' }),
    basePath: z
      .string()
      .regex(/^\/?[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*$/)
      .optional()
      .meta({ description: "A custom domain's base path: the first segments of the path, in the place of the stage." }),
    customDomain: z.boolean().optional().meta({
      description:
        'True: the hosts are custom domains, and no stage stands in the path. Left out: true where there is a base path.',
    }),
    variables: variables.meta({ description: 'Stage variables.' }),
    canary: canary.optional(),
    binaryMediaTypes: z
      .array(z.string().regex(/^[^\s/]+\/[^\s/]+$/))
      .default([])
      .meta({ description: 'REST: media types that are binary: exact, `image/*` or `*/*`.' }),
    mutualTls: z.boolean().default(false).meta({
      description: 'True: only clients with a certificate that `listen.tls.clients.truststore` answers for.',
    }),
    cors: cors.optional(),
    keySource: z
      .enum(['header', 'authorizer'])
      .default('header')
      .meta({ description: "Where the API key comes from: `x-api-key`, or the authorizer's `usageIdentifierKey`." }),
    throttle: bucket.optional().meta({ description: 'Each method of the stage that has none of its own.' }),
    stageCache: stageCache.optional(),
    cache: cachePolicy.optional().meta({
      description:
        "The edge's cache in this API's line, behind the authorizer and the key: what an answer may be kept for follows this policy and the answer's own fields.",
    }),
    authorizers: z
      .record(z.string().min(1), use)
      .default({})
      .meta({ description: 'Authorizers by name: `lambda`, `jwt`, `iam`, or your own.' }),
    policy: z.unknown().optional().meta({ description: 'REST: the resource policy, or `{ "file": "policy.json" }`.' }),
    behindProxy: z.boolean().default(false).meta({
      description:
        "True: `aws:SourceIp` and `sourceIp` are the peer's address, as behind CloudFront; false: the client's.",
    }),
    responses: z
      .record(z.string(), gatewayResponse)
      .default({})
      .meta({ description: 'REST: gateway responses by type, `DEFAULT_4XX` or `DEFAULT_5XX`.' }),
    models: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'JSON Schemas by name; draft 4 unless `$schema` says otherwise.' }),
    accessLog: z
      .string()
      .optional()
      .meta({ description: 'Format with `$context` variables, or `clf`, `json`, `csv`, `xml`; written to the log.' }),
    strict: z
      .boolean()
      .default(true)
      .meta({ description: 'REST: a number as a header value of a function is a malformed answer, as on AWS.' }),
    positive: z.enum(['off', 'shadow', 'enforce']).default('off').meta({
      description:
        'Only what the API describes passes: unknown query parameters, content types and bodies are refused (`shadow`: noted).',
    }),
    rules: z.boolean().default(true).meta({ description: "False: the document's rules do not look at this API." }),
    waf: wafOwn.optional(),
    timeout: z
      .string()
      .default('29s')
      .meta({ description: 'Patience with an integration; API Gateway has 29 s (REST) and 30 s (HTTP).' }),
    routes: z.record(routeKey, apiRoute).meta({ description: 'Method and path to where they go.' }),
  })
  .meta({ id: 'GatewayApi', description: 'One REST or HTTP API with its stage.' });

export const apis = z
  .record(z.string().regex(/^[A-Za-z][\w-]*$/), api)
  .meta({ id: 'Apis', description: 'APIs by name.' });

const routingRule = z
  .strictObject({
    priority: z.number().int().min(1).max(1_000_000).meta({ description: 'The smallest is tried first.' }),
    headers: z
      .array(
        z.strictObject({
          name: headerName,
          glob: z.string().min(1).meta({ description: 'Value; `*` stands for any text.' }),
        }),
      )
      .max(2)
      .default([])
      .meta({ description: 'At most two fields that the request must have.' }),
    basePath: z
      .string()
      .regex(/^[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*$/)
      .optional()
      .meta({ description: 'First segments that the path must have, without a slash before them.' }),
    to: z.string().meta({ description: 'Name of the REST API that gets the request.' }),
    stripBasePath: z.boolean().default(false).meta({ description: 'True: the API does not see the base path.' }),
  })
  .meta({ id: 'RoutingRule', description: 'Conditions that must all hold; without any it takes every request.' });

/** Custom domains with routing rules, as REST APIs have them. */
export const domains = z
  .record(
    z.string().regex(/^[a-z0-9.-]+$/, { error: 'wanted a host name in lower case' }),
    z.strictObject({
      mode: z
        .enum(['ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING', 'API_MAPPING_ONLY'])
        .default('ROUTING_RULE_THEN_API_MAPPING')
        .meta({
          description: 'Mappings are what `hosts` and `basePath` of APIs say.',
        }),
      rules: z.array(routingRule).default([]),
    }),
  )
  .meta({ id: 'Domains', description: 'Custom domains with routing rules, by host name.' });

/** What all APIs of the account share. */
export const account = z
  .strictObject({
    throttle: bucket
      .prefault({ rate: 10_000, burst: 5000 })
      .meta({ description: 'Everything of the account and region together; settings above it are capped.' }),
    objects: objectStore.prefault({}).meta({
      description:
        "Where caches of APIs keep their bodies in a document without `edge`; with one, it is the edge's store.",
    }),
  })
  .meta({ id: 'ApiAccount' });

export type GatewayApiDocument = z.infer<typeof api>;
