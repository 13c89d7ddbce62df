import { z } from 'zod';
import { milliseconds } from '../base/duration.ts';
import { durationText } from './parts.ts';

/** The stage cache of a REST API, as API Gateway has it. */

const ttl = durationText
  .refine((text) => (milliseconds(text) ?? 0) <= 3_600_000, { error: 'wanted at most 3600s' })
  .meta({ description: 'How long an answer is kept, at most 3600s; `0s` keeps nothing.' });

const keys = z.array(z.string()).meta({
  description:
    'Parameters that tell answers apart, e.g. `method.request.querystring.page`. Query and header parameters that are not named do not count; the path always does.',
});

const invalidation = z
  .strictObject({
    authorization: z
      .boolean()
      .default(true)
      .meta({ description: 'A client needs the permission `execute-api:InvalidateCache` for it.' }),
    unauthorized: z
      .enum(['FAIL_WITH_403', 'SUCCEED_WITH_RESPONSE_HEADER', 'SUCCEED_WITHOUT_RESPONSE_HEADER'])
      .default('SUCCEED_WITH_RESPONSE_HEADER')
      .meta({ description: 'What becomes of a request that asks without it.' }),
  })
  .meta({ id: 'CacheInvalidation', description: 'Requests with `Cache-Control: max-age=0`.' });

export const stageCache = z
  .strictObject({ ttl: ttl.default('300s'), keys: keys.default([]), invalidation: invalidation.prefault({}) })
  .meta({ id: 'StageCache', description: 'REST: a cache of the stage; every GET method is cached unless it says no.' });

/** What a method says otherwise than its stage; saying anything caches a method that is no GET too. */
export const methodCache = z
  .union([
    z.literal(false),
    z.strictObject({ ttl: ttl.optional(), keys: keys.optional(), invalidation: invalidation.optional() }),
  ])
  .meta({ id: 'MethodCache', description: 'REST: this method in the stage cache; false keeps it out.' });
