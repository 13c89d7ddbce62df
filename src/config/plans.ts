import { z } from 'zod';
import { durationText, onFault } from './parts.ts';

/** A bucket as AWS has it: a rate or burst of 0 lets nothing through, which AWS's own unset values do by accident. */
export const bucket = z
  .strictObject({
    rate: z.number().min(0).meta({ description: 'Tokens per second that flow in.' }),
    burst: z.number().int().min(0).meta({ description: 'Tokens that fit in; it starts full.' }),
  })
  .meta({ id: 'Bucket', examples: [{ rate: 10, burst: 20 }] });

const quota = z
  .strictObject({
    limit: z.number().int().min(0).meta({ description: 'Requests per period.' }),
    offset: z
      .number()
      .int()
      .min(0)
      .default(0)
      .meta({ description: "Requests taken off the limit in a key's first period." }),
    period: z.enum(['DAY', 'WEEK', 'MONTH']).meta({ description: 'Calendar periods in UTC; a week begins on Monday.' }),
  })
  .meta({ id: 'Quota' });

const planStage = z.strictObject({
  api: z.string().meta({ description: 'Name of an API of this document.' }),
  throttle: z
    .record(z.string(), bucket)
    .default({})
    .meta({ description: 'Per method, keyed `/path/METHOD` as AWS writes it, or `METHOD /path`.' }),
});

export const plan = z
  .strictObject({
    description: z.string().default(''),
    stages: z.array(planStage).min(1).meta({ description: 'APIs (with their stages) that the plan is for.' }),
    throttle: bucket.optional().meta({ description: 'Per key and method, where the stage says nothing else.' }),
    quota: quota.optional(),
    keys: z.array(z.string()).default([]).meta({ description: 'Ids or names of API keys that are in the plan.' }),
  })
  .meta({ id: 'UsagePlan', description: 'Who may ask how often: throttle and quota per API key.' });

export const plans = z.record(z.string().regex(/^[\w-]+$/), plan).meta({ id: 'UsagePlans' });

/** Keys written in the document, for tests and laptops; elsewhere `sallyport keys create`. */
export const apiKey = z
  .strictObject({
    value: z
      .string()
      .max(128)
      .regex(/\$\{secret:[^}]+\}|^[^]{20,}$/, { error: 'wanted 20 characters or more, or "${secret:NAME}"' })
      .meta({ description: 'The key, or `${secret:NAME}`.' }),
    enabled: z.boolean().default(true),
    description: z.string().default(''),
  })
  .meta({ id: 'ApiKey' });

export const apiKeys = z.record(z.string().regex(/^[\w-]+$/), apiKey).meta({ id: 'ApiKeys' });

export const metering = z
  .strictObject({
    onFault: onFault
      .default('closed')
      .meta({ description: 'The store of keys and quotas cannot answer. `open` lets requests through uncounted.' }),
    throttleOnFault: z
      .enum(['closed', 'open', 'local'])
      .default('local')
      .meta({ description: 'The store of buckets cannot answer: `local` goes on with buckets of this process.' }),
    retryAfter: z.boolean().default(false).meta({ description: '`Retry-After` on 429; AWS sends none.' }),
  })
  .meta({ id: 'Metering' });

const step = z
  .strictObject({
    at: z.number().min(0).max(10).meta({ description: 'Share of the budget from which the step holds.' }),
    do: z.enum(['note', 'longer-cache', 'throttle', 'challenge', 'stop']),
    factor: z.number().min(1).max(1000).default(4).meta({
      description: '`longer-cache`: times the `max-age` and `s-maxage` that answers have, for every cache in front.',
    }),
    throttle: bucket.optional().meta({ description: '`throttle`: for each method and caller.' }),
  })
  .meta({ id: 'BudgetStep' });

export const budget = z
  .strictObject({
    limit: z.number().positive().meta({ description: 'Dollars per period.' }),
    per: z
      .enum(['all', 'tenant', 'key', 'address'])
      .default('all')
      .meta({ description: 'Whose spending is counted on its own; of IPv6 addresses each /64.' }),
    period: z.enum(['DAY', 'WEEK', 'MONTH']).default('DAY'),
    steps: z
      .array(step)
      .default([
        { at: 0.8, do: 'challenge', factor: 4 },
        { at: 1, do: 'stop', factor: 4 },
      ])
      .meta({ description: 'What happens as the budget is used up, softly first.' }),
    rates: z
      .strictObject({
        requestPerMillion: z
          .number()
          .min(0)
          .default(3.5)
          .meta({ description: 'Dollars per million requests of the gateway.' }),
        gbSecond: z
          .number()
          .min(0)
          .default(0.000_016_666_7)
          .meta({ description: 'Dollars per gigabyte-second of functions.' }),
        invokePerMillion: z.number().min(0).default(0.2),
        gbOut: z.number().min(0).default(0.09).meta({ description: 'Dollars per gigabyte sent out.' }),
      })
      .prefault({}),
    flush: durationText
      .default('1s')
      .meta({ description: 'How long spending may stand in memory before it is counted in the store.' }),
  })
  .meta({ id: 'Budget', description: 'A guard against denial of wallet.' });

export const budgets = z.record(z.string().regex(/^[\w-]+$/), budget).meta({ id: 'Budgets' });

export type BudgetDocument = z.infer<typeof budget>;
