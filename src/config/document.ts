import { z } from 'zod';
import { account, apis, domains } from './apis.ts';
import { edge } from './edge.ts';
import { api, keys, throttles } from './gateway.ts';
import { admin, listen } from './listen.ts';
import { answers, logging } from './logging.ts';
import { origin } from './origins.ts';
import { apiKeys, budgets, metering, plans } from './plans.ts';
import { pools } from './pools.ts';
import { routes } from './routes.ts';
import { rules, tenants } from './rules.ts';
import { sockets } from './socket.ts';
import { use } from './use.ts';
import { waf } from './waf.ts';

/** The whole document: the only file that sees all pages of the vocabulary. */
export const document = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'For editors.' }),
    name: z.string().default('sallyport').meta({ description: 'Shown in logs and metrics.' }),
    listen: listen.prefault({}),
    admin: admin.prefault({}),
    api: api.prefault({}),
    tenants: tenants.optional(),
    waf: waf.optional(),
    rules: rules.prefault({}),
    keys: keys.prefault({}),
    throttles: throttles.prefault({}),
    routes: routes.prefault({}),
    apis: apis.prefault({}),
    domains: domains.prefault({}),
    account: account.prefault({}),
    apiKeys: apiKeys.prefault({}).meta({ description: 'API keys written here, by name.' }),
    plans: plans.prefault({}),
    metering: metering.prefault({}),
    budgets: budgets.prefault({}),
    pools: pools.prefault({}),
    edge: edge.optional(),
    sockets: sockets.optional(),
    origins: z.record(z.string().min(1), origin).default({}).meta({ description: 'Origins by name.' }),
    store: use.prefault({ use: 'sqlite' }).meta({
      description:
        'Where keys, buckets and counters live: `sqlite` (a file, the default), `memory`, or one of your own.',
    }),
    answers: answers.prefault({}),
    logging: logging.prefault({}),
  })
  .meta({ id: 'Document', title: 'Sallyport document' });

/** As it is after parsing: every default filled in. */
export type Document = z.infer<typeof document>;
/** As it may be written. */
export type DocumentInput = z.input<typeof document>;
