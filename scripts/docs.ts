/**
 * The reference pages, written from the declarations themselves: `npm run docs`; `--check` compares and names what is
 * stale. What a page says is what the code checks, because it is the same text.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { document } from '../src/config/document.ts';
import { registry } from '../src/pipeline/registry.ts';
import { socketPages } from '../src/pipeline/socket-pages.ts';
import { Sockets } from '../src/pipeline/sockets.ts';
import { differences } from '../src/testing/differences.ts';
import { shells } from '../src/testing/shells.ts';
import { wafPages } from './docs-waf.ts';
import { declaredReasons } from './lib/reasons.ts';

type Json = Readonly<Record<string, unknown>>;

const root = join(import.meta.dirname, '..');
const head = (title: string, text: string): string =>
  `# ${title}\n\n<!-- Written by \`npm run docs\` from the source; changes here are lost. -->\n\n${text}\n`;
const cell = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (value: unknown): string => (value === undefined ? '' : `\`${cell(JSON.stringify(value))}\``);

function typeOf(schema: Json, defs: Json): string {
  if (typeof schema.$ref === 'string')
    return `[${schema.$ref.split('/').at(-1)}](#${schema.$ref.split('/').at(-1)?.toLowerCase()})`;
  if ('const' in schema) return code(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map(code).join(', ');
  const union = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (union) return union.map((each) => typeOf(each, defs)).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf((schema.items ?? {}) as Json, defs)}`;
  if (schema.type === 'object' && schema.properties) return 'object';
  if (schema.type === 'object') return `map to ${typeOf((schema.additionalProperties ?? {}) as Json, defs)}`;
  return typeof schema.type === 'string' ? schema.type : 'anything';
}

/** One table per object; objects inside become rows of their own, with a dot in their name. */
function rows(schema: Json, defs: Json, prefix = ''): string[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(([name, property]) => {
    const own = `| \`${prefix}${name}\` | ${typeOf(property, defs)} | ${property.default === undefined || typeof property.default === 'object' ? (required.has(name) ? 'required' : '') : code(property.default)} | ${cell(property.description)} |`;
    return [
      own,
      ...(property.type === 'object' && property.properties ? rows(property, defs, `${prefix}${name}.`) : []),
    ];
  });
}

const table = (schema: Json, defs: Json): string => {
  const lines = rows(schema, defs);
  return lines.length === 0
    ? ''
    : ['| member | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
};

const schemaOf = (schema: z.core.$ZodType): Json => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

function documentPage(): string {
  const schema = schemaOf(document);
  const defs = (schema.$defs ?? {}) as Record<string, Json>;
  const parts = Object.entries(defs).filter(
    ([name, each]) => name !== 'Document' && (each.description || each.properties),
  );
  const sections = parts.map(([name, each]) => {
    const example = (each.examples as unknown[] | undefined)?.[0];
    return [
      `## ${name}`,
      cell(each.description),
      table(each, defs),
      ...(example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``]),
    ]
      .filter(Boolean)
      .join('\n\n');
  });
  return head(
    'The document',
    `Every member of \`defineConfig({...})\`, of \`sallyport.config.json\` and of \`sallyport.config.yaml\`. A member that is not listed here is an error.\n\n${table(defs.Document ?? schema, defs)}\n\n${sections.join('\n\n')}`,
  );
}

function rulesPage(): string {
  const sections = [...registry().rules.values()].map((rule) => {
    const schema = schemaOf(rule.params);
    const examples = rule.examples.map(
      (each) =>
        `| ${code(each.params)} | ${code(each.request)}${each.secrets ? `, where the secrets are ${code(each.secrets)}` : ''} | ${each.verdict} |`,
    );
    return [
      `## ${rule.name}`,
      rule.says + (rule.needs === 'body' ? ' Needs the body.' : ''),
      table(schema, {}),
      ...(examples.length === 0
        ? []
        : [['| parameters | request | verdict |', '| --- | --- | --- |', ...examples].join('\n')]),
    ].join('\n\n');
  });
  return head('Rules', `The rules that are built in. The examples are their tests.\n\n${sections.join('\n\n')}`);
}

function definitionsPage(
  title: string,
  text: string,
  list: Iterable<{ readonly name: string; readonly says: string; readonly options: z.core.$ZodType }>,
): string {
  const parts = new Map<string, Json>();
  const sections = [...list].map((each) => {
    const schema = schemaOf(each.options);
    const defs = (schema.$defs ?? {}) as Record<string, Json>;
    const own = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
    for (const [name, part] of Object.entries(defs)) if (name !== own) parts.set(name, part);
    const options = own === undefined ? schema : (defs[own] ?? schema);
    return [`## ${each.name}`, each.says, table(options, defs)].filter(Boolean).join('\n\n');
  });
  const shared = [...parts].map(([name, part]) =>
    [`## ${name}`, cell(part.description), table(part, {})].filter(Boolean).join('\n\n'),
  );
  return head(title, `${text}\n\n${[...sections, ...shared].join('\n\n')}`);
}

async function reasonsPage(): Promise<string> {
  const list = await declaredReasons();
  const lines = list.map(
    (reason) => `| \`${reason.code}\` | ${reason.status} | ${cell(reason.says)} | \`src/${reason.file}\` |`,
  );
  return head(
    'Reasons',
    `Why Sallyport says no. The code stands in the decision record, in \`sallyport explain\`, and in \`x-sallyport-code\` where the document allows it. Its first part names the room, so \`gateway.key.unknown\` is decided in \`src/gateway/key.ts\`.\n\n| code | status | meaning | declared in |\n| --- | --- | --- | --- |\n${lines.join('\n')}`,
  );
}

function doorsPage(): string {
  const lines = Object.entries(differences).map(
    ([name, { doors, says }]) => `| ${name} | ${doors.join(', ')} | ${cell(says)} |`,
  );
  return head(
    'Doors',
    `One document, ${shells.size} doors: ${[...shells.keys()].join(', ')}. Every story in \`test/scenarios\` is told behind each of them, except where AWS itself makes a difference:\n\n| difference | doors | why |\n| --- | --- | --- |\n${lines.join('\n')}`,
  );
}

export async function pages(): Promise<ReadonlyMap<string, string>> {
  const known = registry(socketPages(new Sockets(null, new Map())));
  return new Map([
    ['docs/reference/document.md', documentPage()],
    ['docs/reference/rules.md', rulesPage()],
    ['docs/reference/doors.md', doorsPage()],
    ['docs/reference/reasons.md', await reasonsPage()],
    [
      'docs/reference/stores.md',
      definitionsPage('Stores', 'What `store: { use, with }` may name.', known.stores.values()),
    ],
    [
      'docs/reference/sources.md',
      definitionsPage('Sources', 'What `rules.from: { use, with }` may name.', known.sources.values()),
    ],
    ['docs/reference/sinks.md', definitionsPage('Sinks', 'What `logging.sinks` may name.', known.sinks.values())],
    [
      'docs/reference/integrations.md',
      definitionsPage(
        'Integrations',
        "What a route's `to: { use, with }` may name, besides the name of an origin.",
        known.integrations.values(),
      ),
    ],
    ...wafPages(),
  ]);
}

if (process.argv[1]?.endsWith('docs.ts')) {
  const check = process.argv.includes('--check');
  for (const [path, text] of await pages()) {
    const file = join(root, path);
    const found = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (found === text) continue;
    if (check) {
      console.error(`${path} is stale: run \`npm run docs\``);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      console.log(`wrote ${path}`);
    }
  }
}
