import { z } from 'zod';
import { durationText, headerName, onFault, throttle } from './parts.ts';

export const keys = z
  .strictObject({
    header: headerName.default('x-api-key').meta({ description: 'The field that carries the key.' }),
    onFault: onFault.default('closed').meta({ description: 'The store of keys cannot answer.' }),
    rememberFor: durationText.default('1s').meta({
      description: 'How long an accepted key is remembered; a revoked one is refused after this at the latest.',
    }),
  })
  .meta({ id: 'Keys', description: 'API keys: kept hashed, compared in constant time.' });

export const throttles = z
  .strictObject({
    overall: throttle.optional().meta({ description: 'Everything together.' }),
    perKey: throttle.optional().meta({ description: 'Each API key, over all routes.' }),
    perAddress: throttle.optional().meta({
      description: 'Each client address over all routes; of IPv6 each /64, which is what one subscriber is given.',
    }),
    onFault: onFault.default('open').meta({ description: 'The store of buckets cannot answer.' }),
  })
  .meta({
    id: 'Throttles',
    description: 'Token buckets; a request that finds its bucket empty gets 429 and `Retry-After`.',
  });

/** What this API would be called in AWS, so that ARNs in rules and policies mean something here too. */
export const api = z
  .strictObject({
    region: z.string().default('us-east-1'),
    account: z.string().default('000000000000'),
    id: z.string().default('local'),
    stage: z.string().default('prod'),
  })
  .meta({ id: 'Api', description: 'The parts of `arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/METHOD/path`.' });

export type Api = z.infer<typeof api>;
