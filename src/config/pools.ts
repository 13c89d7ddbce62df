import { z } from 'zod';
import { durationText } from './parts.ts';

const target = z
  .strictObject({
    origin: z.string().min(1).meta({ description: 'Name of an origin.' }),
    weight: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .meta({ description: 'Share of the requests, against the other targets.' }),
    group: z
      .number()
      .int()
      .min(0)
      .max(9)
      .default(0)
      .meta({ description: 'Targets of a higher group are used only when every one of the lower is unhealthy.' }),
  })
  .meta({ id: 'PoolTarget' });

export const pool = z
  .strictObject({
    targets: z.array(target).min(1),
    balance: z
      .enum(['round-robin', 'least-busy', 'hash'])
      .default('round-robin')
      .meta({ description: '`hash`: the same client address goes to the same target while it is healthy.' }),
    health: z
      .strictObject({
        path: z
          .string()
          .regex(/^\//)
          .default('/healthz')
          .meta({ description: 'Asked with GET; 200 to 399 is healthy.' }),
        interval: durationText
          .default('10s')
          .meta({ description: 'A target is checked beside a request when its last check is older than this.' }),
        healthy: z
          .number()
          .int()
          .min(1)
          .max(10)
          .default(2)
          .meta({ description: 'Good checks in a row until it is used again.' }),
        unhealthy: z
          .number()
          .int()
          .min(1)
          .max(10)
          .default(2)
          .meta({ description: 'Bad checks in a row until it is left alone.' }),
      })
      .optional()
      .meta({ description: 'Active checks; left out: only what requests tell.' }),
    breaker: z
      .strictObject({
        ratio: z.number().min(0.01).max(1).default(0.5).meta({ description: 'Share of failures at which it opens.' }),
        volume: z
          .number()
          .int()
          .min(1)
          .default(20)
          .meta({ description: 'Requests in the window before anything is judged.' }),
        window: durationText.default('10s'),
        open: durationText
          .default('5s')
          .meta({ description: 'How long it stays open before one request is let through to try.' }),
      })
      .prefault({})
      .meta({ description: 'A target that fails too often is left alone for a while.' }),
  })
  .meta({ id: 'Pool', description: 'A private integration: several origins behind one name.' });

export const pools = z.record(z.string().regex(/^[\w-]+$/), pool).meta({ id: 'Pools' });
