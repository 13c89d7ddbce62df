import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DocumentError } from '../config/issues.ts';
import { parseDocument } from '../config/parse.ts';
import type { NamedSecrets } from '../aws/named-secrets.ts';
import type { ShippedWaf } from './shipped-waf.ts';

/** Uncompressed bytes that each kind of function may have; beyond them a cold start is felt, or the platform refuses. */
export const mostBundleBytes = {
  authorizer: 300 * 1024,
  line: 2 * 1024 * 1024,
  /** Lambda@Edge at the viewer's moments, or at the origin's. */
  edge: 1024 * 1024,
  edgeOrigin: 50 * 1024 * 1024,
  /** A handler of the user's own brings what it imports; Lambda takes 250 MB. */
  own: 50 * 1024 * 1024,
} as const;
export type BundleKind = keyof typeof mostBundleBytes;

/** What the firewall's engine and its compressed asset may add; at Lambda@Edge the platform's limit is for all of it. */
const mostFirewallBytes: Readonly<Record<BundleKind, number>> = {
  authorizer: 1024 * 1024,
  line: 1024 * 1024,
  edge: 0,
  edgeOrigin: 0,
  own: 1024 * 1024,
};
/** Beside `index.mjs`. */
const assetName = 'waf.asset';

/**
 * Run in a process of its own, since constructs cannot wait and esbuild takes plugins only where one waits. The plugin: zod's
 * `z` is one object with everything in it, languages included, and no bundler can leave out half of an object; as a
 * namespace it can. The same for the `z` that rules of the user's own take from `sallyport`. SDK clients are left to the
 * runtime, which has them. What is imported when it is needed has files of its own: V8 reads all of a file before it runs
 * any of it, so in one file a cold start would read what it never asks for. Files that only code left out would have asked
 * for are taken away again.
 */
const script = `
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
const [entry, outdir, home] = process.argv.slice(1);
const { build } = createRequire(home)('esbuild');
const namespaces = {
  name: 'zod-as-namespace',
  setup(build) {
    build.onLoad({ filter: /\\.[cm]?[jt]s$/ }, async ({ path }) => {
      if (path.includes('node_modules/zod/')) return null;
      const text = readFileSync(path, 'utf8');
      const loader = path.endsWith('ts') ? 'ts' : 'js';
      const own = /import \\{([^}]*\\bz\\b[^}]*)\\} from (['"])sallyport\\2/.exec(text);
      if (own) {
        const zod = await build.resolve('zod', { resolveDir: dirname(home), kind: 'import-statement' });
        const others = own[1].split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'z');
        const said = 'import * as z from ' + JSON.stringify(zod.path) + '; import { ' + others.join(', ') + ' } from "sallyport"';
        return { contents: text.replace(own[0], () => said), loader };
      }
      if (!/import \\{ z \\} from ['"]zod['"]/.test(text)) return null;
      return { contents: text.replace(/import \\{ z \\} from (['"])zod\\1/, 'import * as z from $1zod$1'), loader };
    });
  },
};
const { metafile } = await build({
  metafile: true, entryPoints: { index: entry }, outdir, outExtension: { '.js': '.mjs' }, splitting: true, bundle: true, platform: 'node', target: 'node20', format: 'esm', minify: true,
  external: ['@aws-sdk/*', '@photostructure/sqlite'], plugins: [namespaces], logLevel: 'error',
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
});
const all = new Map(Object.entries(metafile.outputs).map(([path, { imports }]) => [resolve(path), imports]));
const asked = new Set([resolve(outdir, 'index.mjs')]);
for (const path of asked) for (const each of all.get(path) ?? []) if (!each.external) asked.add(resolve(each.path));
for (const path of all.keys()) if (!asked.has(path)) rmSync(path);
`;

export interface Bundled {
  /** `index.mjs`, and beside it what it imports when it is needed. */
  readonly folder: string;
  /** Of all code in it. */
  readonly bytes: number;
}

/** Bundles one handler, its firewall beside it, and holds it to its size; throws with the figure and what to do. */
export function bundle(entry: string, kind: BundleKind, waf?: ShippedWaf): Bundled {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bundle-'));
  execFileSync(process.execPath, ['--input-type=module', '-e', script, entry, folder, fileURLToPath(import.meta.url)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  if (waf) writeFileSync(join(folder, assetName), waf.asset);
  const most = mostBundleBytes[kind] + (waf ? mostFirewallBytes[kind] : 0);
  const size = bytes + (waf ? gzipSync(waf.asset).length : 0);
  if (size > most) {
    throw new Error(
      `${entry}: the bundle has ${size} bytes${waf ? ', its firewall among them' : ''}, more than the ${most} of a function of kind "${kind}": import less, or deploy it as another kind`,
    );
  }
  return { folder, bytes };
}

export type DoorName =
  | 'httpApi'
  | 'restApi'
  | 'alb'
  | 'functionUrl'
  | 'authorizer'
  | 'protect'
  | 'queue'
  | 'rotateOriginSecret'
  | 'webSocket'
  | 'edgeRequest'
  /** No door of ours: the user's own handler as it is. */
  | 'own';

const files: Readonly<Record<Exclude<DoorName, 'own'>, string>> = {
  httpApi: 'http-api',
  restApi: 'rest-api',
  alb: 'alb',
  functionUrl: 'function-url',
  authorizer: 'authorizer',
  protect: 'protect',
  queue: 'queue',
  rotateOriginSecret: 'rotate-origin-secret',
  webSocket: 'websocket',
  edgeRequest: 'edge-request',
};

export interface DoorSource {
  readonly door: DoorName;
  /** Passed to the door as it is; JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files of your own rules. */
  readonly modules?: readonly string[];
  /** For `protect`, `webSocket` and `own`: the file whose export is wrapped. */
  readonly handler?: string;
  /** Name of that export; `handler` when left out. */
  readonly handlerName?: string;
  /** For doors that carry a map: where they read it. `use`: the name of one of the sources of `sallyport/lambda`. */
  readonly source?: { readonly use: string; readonly options: Readonly<Record<string, unknown>> };
  /** Name of the environment variable with the DynamoDB table that the document's store is in. */
  readonly table?: string;
  /** For doors of a whole line: the door's own options, beside the document. */
  readonly before?: Readonly<Record<string, unknown>>;
  /** The document's firewall; its asset lies beside the bundle. */
  readonly waf?: ShippedWaf;
  /** Where the door reads the secrets that the document names. */
  readonly secrets?: NamedSecrets;
}

const lineDoors: ReadonlySet<DoorName> = new Set(['httpApi', 'restApi', 'alb', 'functionUrl', 'queue']);

const beside = (file: string, name: string): string => join(dirname(file), `${name}${extname(file)}`);

/**
 * A line's options with its document as the line would read it, every default in it, so that no cold start needs the
 * vocabulary to check it once more. What is only known in the function has its place kept: the same document has the same
 * version, whoever read it.
 */
function checkedOptions(source: DoorSource): Readonly<Record<string, unknown>> {
  const given = source.options['document'] as { readonly waf?: object };
  const { document, issues } = parseDocument({
    ...given,
    ...(source.waf && { waf: { ...given.waf, asset: assetName } }),
    ...(source.table !== undefined && { store: { use: 'dynamodb', with: { table: '' } } }),
  });
  if (document === null) throw new DocumentError(issues);
  return { ...source.options, document };
}

/** The entry of a function: the door, with everything it needs written into it, so that a cold start reads no file but a firewall's asset. */
export function doorEntry(source: DoorSource): string {
  if (source.door === 'own')
    return entryOf([
      `export { ${source.handlerName ?? 'handler'} as handler } from ${JSON.stringify(source.handler)};`,
    ]);
  const here = fileURLToPath(import.meta.url);
  const door = fileURLToPath(
    new URL(`../aws/${files[source.door]}.${here.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
  );
  const modules = source.modules ?? [];
  const asset = `new URL('./${assetName}', import.meta.url)`;
  const lineDoor = lineDoors.has(source.door);
  // A line opens what its document names.
  const sourced = lineDoor ? undefined : source.source;
  const before = lineDoor && source.secrets ? { ...source.before, secrets: source.secrets } : source.before;
  const options = lineDoor
    ? checkedOptions(source)
    : { ...source.options, ...(source.secrets && { secrets: source.secrets }) };
  const lines = [
    `import { ${source.door} as door } from ${JSON.stringify(door)};`,
    ...(lineDoor
      ? [`import { asChecked } from ${JSON.stringify(join(dirname(door), '../config', `checked${extname(door)}`))};`]
      : []),
    ...(source.waf === undefined
      ? []
      : lineDoor
        ? [`import { fileURLToPath } from 'node:url';`]
        : [`import { firewall } from ${JSON.stringify(beside(door, 'firewall'))};`]),
    ...(sourced === undefined
      ? []
      : [`import { ${sourced.use} as rulesFrom } from ${JSON.stringify(beside(door, 'rule-sources'))};`]),
    ...modules.map((file, at) => `import * as rules${at} from ${JSON.stringify(file)};`),
    ...(source.handler === undefined
      ? []
      : [`import { ${source.handlerName ?? 'handler'} as own } from ${JSON.stringify(source.handler)};`]),
    `const plugins = [${modules.map((_, at) => `...Object.values(rules${at}).flat()`).join(', ')}].filter((each) => each?.kind === 'rule');`,
    `const options = { ...${JSON.stringify(options)}, plugins };`,
    ...(source.waf === undefined
      ? []
      : [
          lineDoor
            ? `options.document.waf.asset = fileURLToPath(${asset});`
            : `options.waf = firewall({ asset: ${asset}, ...${JSON.stringify(source.waf.options)} });`,
        ]),
    ...(sourced === undefined ? [] : [`options.map = rulesFrom(${JSON.stringify(sourced.options)});`]),
    ...(source.table === undefined
      ? []
      : [
          `options.document.store = { use: 'dynamodb', with: { table: process.env[${JSON.stringify(source.table)}] } };`,
        ]),
    ...(lineDoor ? ['asChecked(options.document);'] : []),
    source.door === 'protect'
      ? 'export const handler = door(own, options);'
      : before !== undefined
        ? `export const handler = door(options, ${JSON.stringify(before)});`
        : `export const handler = door(${source.handler === undefined ? 'options' : '{ ...options, handler: own }'});`,
  ];
  return entryOf(lines);
}

/** Writes an entry where the bundler finds it. */
export function entryOf(lines: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sallyport-entry-')), 'entry.mjs');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
