import { z } from 'zod';
import { durationText, onFault, sizeText } from './parts.ts';

/** The firewall's words. Rule files are SecLang; a path is relative to the document. */

const level = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);

const exclusion = z
  .strictObject({
    rules: z
      .union([
        z.number().int().positive(),
        z.string().min(1),
        z.array(z.union([z.number().int().positive(), z.string().min(1)])).min(1),
      ])
      .optional()
      .meta({ description: 'Ids and ranges of rules: `942100`, `"942000-942999"`, or a list of them.' }),
    tag: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Instead of ids: a pattern found in one of a rule's tags, e.g. `attack-sqli`." }),
    target: z.string().min(1).optional().meta({
      description:
        'Only this value is not looked at, e.g. `ARGS:text` or `REQUEST_COOKIES:/^_ga/`. Left out: the rules do not run at all.',
    }),
    paths: z
      .array(z.string().regex(/^\//, { error: 'wanted the beginning of a path, e.g. "/wiki/"' }))
      .min(1)
      .optional()
      .meta({ description: 'Only for requests whose decoded path begins with one of these.' }),
    because: z.string().optional().meta({ description: 'Why; for whoever reads it in a year.' }),
  })
  .refine(({ rules, tag }) => (rules === undefined) !== (tag === undefined), {
    error: 'wanted either `rules` or `tag`',
  })
  .meta({
    id: 'WafExclusion',
    description: 'Rules, or single values for them, that do not count.',
    examples: [{ rules: 942100, target: 'ARGS:comment', paths: ['/forum/'] }],
  });

const files = z.array(z.string().min(1)).default([]);

/** What a tenant, a route or an API may have its own way. */
const own = {
  mode: z
    .enum(['on', 'detect', 'off'])
    .optional()
    .meta({ description: '`on` refuses, `detect` judges and only tells, `off` does not judge.' }),
  paranoia: level
    .optional()
    .meta({ description: '1 to 4: which rules may refuse. Higher finds more, and more that is harmless.' }),
  detectionParanoia: level
    .optional()
    .meta({ description: '1 to 4, at least `paranoia`: which rules run; those above `paranoia` only tell.' }),
  threshold: z
    .strictObject({
      inbound: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({ description: 'Score from which a request is refused; 5 in the rule set.' }),
      outbound: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({ description: 'Score from which an answer is refused; 4 in the rule set.' }),
    })
    .optional(),
  variables: z
    .record(z.string().regex(/^[A-Za-z_][\w.-]*$/), z.union([z.string(), z.number()]))
    .optional()
    .meta({ description: 'Any other `tx.` variable that the rule set reads, e.g. `{ allowed_methods: "GET POST" }`.' }),
  exclusions: z.array(exclusion).default([]),
};

const levels = { error: '`detectionParanoia` may not be below `paranoia`' };
const inOrder = (given: {
  readonly paranoia?: number | undefined;
  readonly detectionParanoia?: number | undefined;
}): boolean => given.detectionParanoia === undefined || given.detectionParanoia >= (given.paranoia ?? 1);

/** For a tenant, a route or an API: off, or some things another way. */
export const wafOwn = z.union([z.literal(false), z.strictObject(own).refine(inOrder, levels)]).meta({
  id: 'WafOwn',
  description: '`false`: no firewall here. Otherwise what differs from the firewall of the document.',
  examples: [{ exclusions: [{ tag: 'attack-sqli', target: 'ARGS:query' }] }],
});

export const waf = z
  .strictObject({
    use: z.enum(['crs', 'rules']).default('crs').meta({
      description: '`crs`: the OWASP Core Rule Set, 3.3 or 4, at `path`. `rules`: only rule files of your own.',
    }),
    path: z.string().min(1).optional().meta({ description: "The rule set's directory: the one with `rules/` in it." }),
    setup: z.string().min(1).optional().meta({ description: 'The set-up file, where it is not beside the rules.' }),
    asset: z.string().min(1).optional().meta({
      description:
        'A file that `sallyport waf compile` wrote from this document: it is loaded instead of building, as long as words and rule files are the same.',
    }),
    ...own,
    mode: own.mode.unwrap().default('on'),
    rules: z
      .strictObject({
        before: files.meta({
          description:
            'SecLang files of your own that stand before the rule set; `*` in the last part of a path is fine.',
        }),
        after: files.meta({ description: 'The same after it.' }),
      })
      .prefault({}),
    body: z
      .strictObject({
        bytes: sizeText.default('1mb').meta({ description: 'Most bytes of a request body that are held and judged.' }),
        over: z
          .enum(['block', 'first-part'])
          .default('block')
          .meta({ description: 'A longer one: refused with 413, or its first part is judged and all of it goes on.' }),
        fields: sizeText
          .optional()
          .meta({ description: 'Most bytes of a body beside its uploaded files. Left out: as many as are held.' }),
      })
      .prefault({}),
    answers: z
      .strictObject({
        judge: z
          .boolean()
          .default(true)
          .meta({ description: 'Judge the bodies of answers as well. False: they stream by.' }),
        bytes: sizeText.default('512kb').meta({ description: 'Most bytes of an answer that are held and judged.' }),
        over: z
          .enum(['block', 'first-part'])
          .default('first-part')
          .meta({ description: 'A longer one: refused, or its first part is judged and all of it goes on.' }),
        types: z.array(z.string()).optional().meta({
          description:
            'Media types whose answers are held. Left out: text/plain, text/html, text/xml and application/json.',
        }),
        plain: z.boolean().default(false).meta({
          description: 'Ask origins for answers without compression, since rules cannot read a compressed one.',
        }),
      })
      .prefault({}),
    budget: durationText.default('100ms').meta({
      description:
        'What the patterns of one request may take where they do not run in linear time (look-arounds, back references). What is over is cut off and refused.',
    }),
    onFault: onFault.default('closed').meta({ description: 'A rule that breaks, or is over its budget.' }),
  })
  .refine(({ use, path }) => (use === 'crs') === (path !== undefined), {
    path: ['path'],
    error: 'wanted the directory of the rule set with `use: "crs"`, and none with `use: "rules"`',
  })
  .refine(({ use, rules }) => use === 'crs' || rules.before.length + rules.after.length > 0, {
    path: ['rules'],
    error: 'wanted at least one file with `use: "rules"`',
  })
  .refine(inOrder, levels)
  .meta({
    id: 'Waf',
    description: 'The firewall.',
    examples: [{ use: 'crs', path: './coreruleset', paranoia: 1, mode: 'detect' }],
  });

export type WafDocument = z.infer<typeof waf>;
export type WafOwnDocument = z.infer<typeof wafOwn>;
export type WafExclusionDocument = z.infer<typeof exclusion>;
