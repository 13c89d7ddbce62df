import { z } from 'zod';
import { durationText, headerName, onFault } from './parts.ts';
import { wafOwn } from './waf.ts';

const call = z
  .strictObject({
    name: z.string().min(1).meta({ description: 'Name of a rule: built in, or one of your own.' }),
    params: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: "The rule's parameters, checked by its own schema." }),
    mode: z
      .enum(['enforce', 'count'])
      .default('enforce')
      .meta({ description: '`count`: a denial is noted and counted, not carried out.' }),
  })
  .meta({ id: 'RuleCall' });

/** Resource to chain: an exact resource wins over the most specific wildcard, and that over `default`. */
export const resourceMap = z.record(z.string().min(1), z.array(call)).meta({
  id: 'ResourceMap',
  description:
    'Keys: `default`, `POST /orders/*` (`*` matches any run of characters), `/health` (any method), or an execute-api ARN. Values: the chain of rules, run in order; the first denial ends it.',
  examples: [
    { default: [{ name: 'user-agent' }], 'POST /orders/*': [{ name: 'size-limits', params: { body: '64kb' } }] },
  ],
});

export const rules = z
  .strictObject({
    map: resourceMap.optional().meta({ description: 'The map itself, written here.' }),
    from: z
      .strictObject({
        use: z
          .string()
          .default('file')
          .meta({ description: 'Where the map is: `file`, `ssm`, `s3`, `dynamodb`, or a source of your own.' }),
        with: z
          .record(z.string(), z.unknown())
          .default({})
          .meta({ description: 'For `file`: `{ path: "rules.json" }`.' }),
      })
      .optional()
      .meta({
        description: 'A source that is watched: a change is checked and swapped in whole, a broken one is kept out.',
      }),
    modules: z
      .array(z.string())
      .default([])
      .meta({ description: 'Files of your own rules (TypeScript or JavaScript), default exports of `defineRule`.' }),
    onFault: onFault.default('closed').meta({ description: 'A rule that throws or does not answer in time.' }),
    timeout: durationText.default('1s').meta({ description: 'How long a rule that waits for something may take.' }),
    bodyBytes: z
      .number()
      .int()
      .positive()
      .default(65_536)
      .meta({ description: 'Bytes of the body that rules which ask for it may see.' }),
  })
  .meta({ id: 'Rules', description: 'Rules as code, called by name per resource.' });

export const tenants = z
  .strictObject({
    from: z
      .union([
        z.strictObject({ header: headerName }),
        z.strictObject({
          host: z.string().meta({ description: 'Host pattern with `{tenant}`: `{tenant}.api.example.com`.' }),
        }),
        z.strictObject({ path: z.string().meta({ description: 'Path prefix with `{tenant}`: `/t/{tenant}`.' }) }),
        z.strictObject({ key: z.literal(true).meta({ description: 'The tenant that the API key belongs to.' }) }),
      ])
      .meta({ description: 'Where the name of the tenant stands.' }),
    required: z.boolean().default(true).meta({ description: 'True: a request without a known tenant is refused.' }),
    known: z.record(z.string().min(1), z.strictObject({ rules: resourceMap.optional(), waf: wafOwn.optional() })).meta({
      description:
        "The tenants by name; each may have a rule map of its own, run after everybody's, and a word on the firewall.",
    }),
  })
  .meta({ id: 'Tenants' });

export type RuleCall = z.infer<typeof call>;
export type ResourceMap = z.infer<typeof resourceMap>;
export type Tenants = z.infer<typeof tenants>;
