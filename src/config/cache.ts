import { z } from 'zod';
import { durationText, headerName, sizeText } from './parts.ts';

/** Which names count. */
export const selection = (what: string) =>
  z
    .union([
      z.enum(['none', 'all']),
      z.strictObject({ only: z.array(z.string().min(1)) }),
      z.strictObject({ except: z.array(z.string().min(1)) }),
    ])
    .meta({ description: `${what}: \`none\`, \`all\`, \`{ only: [...] }\` or \`{ except: [...] }\`.` });

export type Selection = 'none' | 'all' | { readonly only: readonly string[] } | { readonly except: readonly string[] };

export const cacheKey = z
  .strictObject({
    query: selection('Query parameters in the key').optional(),
    headers: z.array(headerName).default([]).meta({ description: 'Request fields whose values are part of the key.' }),
    cookies: selection('Cookies in the key').default('none'),
    host: z
      .boolean()
      .optional()
      .meta({ description: 'The host in the key. `false` only where every host gives the same answers.' }),
    sortQuery: z
      .boolean()
      .default(false)
      .meta({ description: 'Parameters sorted by name, so that their order makes no second object.' }),
    encodings: z
      .array(z.enum(['gzip', 'br', 'zstd']))
      .default([])
      .meta({ description: 'Content codings that are normalised into the key and asked of the origin.' }),
  })
  .meta({ id: 'CacheKey', description: 'What makes two requests the same.' });

export const cachePolicy = z
  .strictObject({
    semantics: z.enum(['rfc9111', 'cloudfront']).default('rfc9111').meta({
      description:
        '`rfc9111`: HTTP as written. `cloudfront`: TTLs, errors, Vary and viewer directives as CloudFront treats them.',
    }),
    managed: z
      .string()
      .optional()
      .meta({ description: 'Name of a managed CloudFront policy, e.g. `CachingOptimized`; sets TTLs and key.' }),
    key: cacheKey.prefault({}),
    ttl: z
      .strictObject({
        min: durationText.default('0s').meta({ description: 'Shortest time an object is kept (cloudfront).' }),
        default: durationText.optional().meta({
          description: 'Lifetime where the origin gives none. Left out: 0 under `rfc9111`, one day under `cloudfront`.',
        }),
        max: durationText.default('365d').meta({ description: 'Longest lifetime.' }),
      })
      .prefault({}),
    errors: z
      .record(z.string().regex(/^[45]\d\d$/), durationText)
      .default({})
      .meta({ description: 'Error caching minimum TTL by status (cloudfront). Default 10s, and 0s for 401 and 403.' }),
    heuristic: z
      .strictObject({
        share: z.number().min(0).max(1).default(0.1).meta({ description: 'Share of the age since Last-Modified.' }),
        most: durationText.default('1d'),
      })
      .prefault({})
      .meta({ description: 'Lifetime guessed from Last-Modified (rfc9111).' }),
    staleWhileRevalidate: durationText.default('0s').meta({ description: 'Window where the response names none.' }),
    staleIfError: durationText.default('0s').meta({ description: 'Window where the response names none.' }),
    requestDirectives: z
      .enum(['honour', 'ignore'])
      .optional()
      .meta({ description: 'Cache-Control of viewers. Left out: honoured under `rfc9111`.' }),
    targeted: z
      .array(headerName)
      .default(['CDN-Cache-Control'])
      .meta({ description: 'Fields of RFC 9213 that speak to this cache, the first present wins.' }),
    surrogate: z
      .boolean()
      .default(false)
      .meta({ description: 'Obey Surrogate-Control and announce Surrogate-Capability.' }),
    unreadableAge: z.enum(['ignore', 'stale']).default('ignore').meta({
      description:
        'An `Age` that is no number, or several. `ignore`: the first value counts, nonsense counts for nothing (RFC 9111). `stale`: either makes the response stale.',
    }),
    setCookie: z
      .enum(['refuse', 'if-public', 'keep'])
      .default('if-public')
      .meta({ description: 'Responses that set a cookie.' }),
    deception: z
      .boolean()
      .default(true)
      .meta({ description: 'Refuse to keep a page (text/html) under a path that ends like a static file.' }),
    tagHeader: headerName.optional().meta({ description: 'Response field with comma-separated tags for purges.' }),
    credentials: z.array(z.string()).default([]).meta({
      description:
        'Fields, parameters or cookies that identify the caller and are not in the key, as `header:x-key`, `query:license`, `cookie:sid`.',
    }),
    collapse: z.boolean().default(true).meta({ description: 'One request to the origin for many at once.' }),
    objectBytes: sizeText.default('64mb').meta({ description: 'Largest body that is kept.' }),
    keyBytes: sizeText.default('8kb').meta({ description: 'Longest key.' }),
    keepStale: durationText
      .default('1d')
      .meta({ description: 'How long an expired object with a validator is kept for validation.' }),
    status: z
      .boolean()
      .optional()
      .meta({ description: 'Send `Cache-Status` (rfc9111) or `X-Cache` (cloudfront). Left out: yes.' }),
    options: z.boolean().default(false).meta({ description: 'Keep answers to OPTIONS too, under a key of their own.' }),
  })
  .meta({ id: 'CachePolicy', description: 'What is kept, how long, and under which key.' });

export const objectStore = z
  .strictObject({
    use: z.enum(['memory', 'disk', 'redis']).default('memory'),
    bytes: sizeText.default('256mb').meta({ description: 'Most bytes of bodies and heads together.' }),
    path: z.string().optional().meta({ description: 'Folder of the disk store.' }),
    url: z
      .string()
      .optional()
      .meta({ description: 'redis:// address. Beside `memory` or `disk`: where purges are told to the other nodes.' }),
    prefix: z.string().default('sallyport:').meta({ description: 'Prefix of every key in Redis.' }),
  })
  .meta({ id: 'ObjectStore' });

export type CachePolicyDocument = z.infer<typeof cachePolicy>;
export type CachePolicyInput = z.input<typeof cachePolicy>;
export type ObjectStoreDocument = z.infer<typeof objectStore>;
