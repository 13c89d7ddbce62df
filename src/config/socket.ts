import { z } from 'zod';
import { blockText, durationText, onFault, sizeText, throttle } from './parts.ts';
import { resourceMap } from './rules.ts';
import {
  compression,
  count,
  frameLimits,
  functionTarget,
  httpTarget,
  mockTarget,
  pings,
  socketBudgets,
  urlLimit,
} from './socket-parts.ts';
import { use } from './use.ts';
import { wafOwn } from './waf.ts';

/** WebSocket APIs: what a route's `{ use: "websocket", with: ... }` may say. */

const socketRoute = z
  .strictObject({
    to: z
      .union([
        z.strictObject({ function: functionTarget }),
        z.strictObject({ http: httpTarget }),
        z.strictObject({ mock: mockTarget }),
      ])
      .meta({ description: 'Who answers.' }),
    replies: z
      .boolean()
      .default(false)
      .meta({ description: "True: a two-way route, the answer's body goes back to the client." }),
    model: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'JSON Schema that a message must fit; draft 4 unless it names another.' }),
  })
  .meta({ id: 'SocketRoute' });

export const socketApi = z
  .strictObject({
    api: z
      .string()
      .min(1)
      .default('default')
      .meta({ description: 'Name of this API; its connections outlive a reload under it.' }),
    id: z.string().default('local').meta({ description: '`apiId` in events.' }),
    stage: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,128}$/)
      .default('prod')
      .meta({ description: '`stage` in events.' }),
    variables: z.record(z.string(), z.string()).optional().meta({ description: 'Stage variables.' }),
    select: z.string().default('$request.body.action').meta({ description: 'The route selection expression.' }),
    routes: z
      .record(z.string().min(1), socketRoute)
      .meta({ description: 'By route key: `$connect`, `$disconnect`, `$default`, or a key of your own.' }),
    authorizer: use.optional().meta({
      description:
        'Asked before `$connect`: `lambda` (REQUEST), `iam`, `jwt` or your own. What it says stands in `requestContext.authorizer` of every event.',
    }),
    key: z
      .enum(['none', 'required'])
      .default('none')
      .meta({ description: 'An API key of a usage plan for this API at `$connect`; messages consume nothing of it.' }),
    keySource: z
      .enum(['header', 'authorizer'])
      .default('header')
      .meta({ description: "Where the key comes from: `x-api-key`, or the authorizer's `usageIdentifierKey`." }),
    timeout: durationText.default('29s').meta({ description: 'Patience with an integration.' }),
    binary: z.boolean().default(false).meta({
      description:
        'True: binary messages are taken, for functions as base64, and answers that say `isBase64Encoded` go out as such; false: they end the connection with 1003.',
    }),
    compression,
    limits: z
      .strictObject({
        ...frameLimits,
        url: urlLimit,
        life: durationText.default('2h').meta({ description: 'Of a connection; then 1001.' }),
        inFlight: count.default(16).meta({ description: 'Messages of one connection with integrations at a time.' }),
      })
      .prefault({}),
    ...pings,
    pingsKeepAlive: z.boolean().default(true).meta({ description: "A client's ping counts as activity." }),
    connections: socketBudgets,
    rates: z
      .strictObject({
        perConnection: throttle.optional(),
        perAddress: throttle.optional(),
        perKey: throttle.optional(),
        over: z.enum(['drop', 'close']).default('drop'),
      })
      .prefault({})
      .meta({ description: 'Messages per second. `over`: an error frame for what is too much, or 1008.' }),
    rules: resourceMap.optional().meta({
      description: 'Rules for each message, keyed by `MESSAGE /route-key` or `default`; the message is the body.',
    }),
    waf: wafOwn.optional().meta({
      description: "What the document's firewall does otherwise with each message; `false`: it does not look at them.",
    }),
    blocked: z
      .enum(['drop', 'close'])
      .default('drop')
      .meta({ description: 'A message that the firewall refuses: an error frame for it, or 1008.' }),
    onFault: onFault
      .default('closed')
      .meta({ description: 'A rule that broke, or a store of buckets that cannot answer.' }),
  })
  .meta({ id: 'SocketApi', description: 'One WebSocket API.' });

export const socketOrigin = z
  .strictObject({
    api: z.string().min(1).default('default').meta({ description: 'Name under which its connections are counted.' }),
    id: z.string().default('local').meta({ description: 'Used in the names of buckets.' }),
    stage: z.string().default('prod'),
    url: z
      .string()
      .regex(/^https?:\/\/[^/?#]+$/, {
        error: 'wanted scheme, host and port only, e.g. "https://abc.execute-api.eu-west-1.amazonaws.com"',
      })
      .meta({ description: 'The WebSocket origin: `http` for ws, `https` for wss.' }),
    path: z
      .string()
      .regex(/^\//)
      .optional()
      .meta({ description: 'Path at the origin; left out: as it came. The query goes along.' }),
    allow: z.array(blockText).default([]).meta({ description: 'Private blocks that may be dialled.' }),
    headers: z.record(z.string(), z.string()).default({}).meta({
      description:
        "Fields set on the handshake, over the client's own: an `x-api-key` that proves the edge. `${secret:NAME}` is filled in.",
    }),
    dropKey: z
      .string()
      .default('x-api-key')
      .meta({ description: "The client's key, which is not the origin's business." }),
    timeout: durationText.default('10s').meta({ description: "Patience with the origin's handshake; then 504." }),
    compression: z.boolean().default(false).meta({
      description: 'True: permessage-deflate between client and origin; messages are inspected decompressed.',
    }),
    limits: z
      .strictObject({
        ...frameLimits,
        url: urlLimit,
        idle: durationText.default('10m').meta({ description: 'Without a byte in either direction; then 1001.' }),
        idleCounts: z
          .enum(['both', 'origin'])
          .default('both')
          .meta({ description: '`origin`: only what the origin sends keeps the connection, as CloudFront has it.' }),
        life: durationText.default('24h').meta({ description: 'Of a connection; then 1001.' }),
      })
      .prefault({}),
    ...pings,
    binary: z.boolean().default(true).meta({ description: 'False: a binary message ends the connection with 1003.' }),
    connections: socketBudgets,
    rates: z
      .strictObject({
        perConnection: throttle.optional(),
        perAddress: throttle.optional(),
        perKey: throttle.optional(),
        over: z.enum(['drop', 'close']).default('drop'),
      })
      .prefault({}),
    rules: resourceMap
      .optional()
      .meta({ description: 'Rules for each message of the client, keyed by `MESSAGE /$default` or `default`.' }),
    waf: wafOwn.optional().meta({
      description: "What the document's firewall does otherwise with each message; `false`: it does not look at them.",
    }),
    blocked: z
      .enum(['drop', 'close'])
      .default('drop')
      .meta({ description: 'A message that the firewall refuses: an error frame for it, or 1008.' }),
    onFault: onFault.default('closed'),
  })
  .meta({
    id: 'SocketOrigin',
    description: 'WebSocket connections that pass through to an origin, each message looked at.',
  });

export const socketConnections = z
  .strictObject({
    api: z.string().min(1).default('default').meta({ description: 'Name of the WebSocket API.' }),
    message: sizeText.default('128kb').meta({ description: 'Longest message that may be posted.' }),
    binary: z
      .boolean()
      .default(false)
      .meta({ description: 'True: posts that are not UTF-8 are delivered as binary messages.' }),
    tokens: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Taken as `Authorization: Bearer`. `${secret:NAME}` is filled in.' }),
    callers: z
      .record(z.string().regex(/^[A-Za-z0-9]{4,128}$/), z.string().min(1))
      .default({})
      .meta({ description: 'Access key to secret key, for signature version 4. `${secret:NAME}` is filled in.' }),
  })
  .meta({ id: 'SocketConnections', description: 'The `@connections` API.' });

export const sockets = z
  .strictObject({
    url: z
      .string()
      .regex(/^rediss?:\/\//, { error: 'wanted "redis://host:port" or "rediss://…"' })
      .meta({ description: 'A Redis or Valkey server that all nodes share.' }),
    prefix: z.string().default('sallyport:').meta({ description: 'Before every key and channel.' }),
    alive: durationText
      .default('15s')
      .meta({ description: 'A node that is not heard for so long is dead; its connections are gone for the others.' }),
    patience: durationText.default('1s').meta({ description: 'How long another node may take to answer.' }),
  })
  .meta({
    id: 'SocketNodes',
    description: 'Many nodes with WebSocket connections: each can post to those of the others.',
  });

export type SocketApiDocument = z.infer<typeof socketApi>;
export type SocketRouteDocument = z.infer<typeof socketRoute>;
export type SocketConnectionsDocument = z.infer<typeof socketConnections>;
export type SocketOriginDocument = z.infer<typeof socketOrigin>;
