import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundle, doorEntry, type BundleKind } from '../../src/cdk/bundle.ts';
import { parseDocument } from '../../src/config/parse.ts';
import { document } from './functions/document.ts';
import { events } from './functions/events.ts';

const folderOf = (name: string, kind: BundleKind): string =>
  bundle(join(import.meta.dirname, 'functions', `${name}.ts`), kind).folder;

describe('the bundle of a function', () => {
  it('of a door with a rule map is one file', () => {
    const doors = ['authorizer', 'protect', 'websocket', 'edge', 'edge-moments'];
    for (const door of doors) {
      const folder = folderOf(door, 'authorizer');
      expect(readdirSync(folder), door).toEqual(['index.mjs']);
      // With zod's own classes, and not those of zod/mini, it would have 160 kB.
      expect(statSync(join(folder, 'index.mjs')).size, door).toBeLessThan(120 * 1024);
    }
    expect(doors).toHaveLength(5);
  });

  it('of a whole line keeps apart what only some documents need, so that a cold start does not read it', () => {
    const folder = folderOf('http-api', 'line');
    const holding = (text: string): string[] =>
      readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes(text));
    // A word of each client's own: Redis, JSON Schema, the firewall's reader.
    for (const text of ['MaxRetriesPerRequestError', 'no schema with key or ref', 'SecRule'])
      expect(holding(text), text).not.toEqual([]);
    expect(holding('MaxRetriesPerRequestError')).not.toContain('index.mjs');
    expect(statSync(join(folder, 'index.mjs')).size).toBeLessThan(64 * 1024);
  });

  it('of a construct has its document checked: its first event loads no vocabulary, and answers as any other', () => {
    /** A word of the document's own pages, which no code but the vocabulary has. */
    const word = 'Shown in logs and metrics.';
    const asked = (folder: string): { readonly status: unknown; readonly vocabulary: boolean } => {
      const coverage = mkdtempSync(join(tmpdir(), 'sallyport-loaded-'));
      const index = pathToFileURL(join(folder, 'index.mjs')).href;
      const output = execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `const { handler } = await import(${JSON.stringify(index)}); const { statusCode, body } = await handler(${JSON.stringify(events['http-api']?.('/x'))}); console.log(JSON.stringify([statusCode, body]));`,
        ],
        { encoding: 'utf8', env: { ...process.env, NODE_V8_COVERAGE: coverage } },
      );
      const loaded = readdirSync(coverage).flatMap((name) =>
        (
          JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: readonly { readonly url: string }[] }
        ).result.map(({ url }) => url),
      );
      expect(loaded).toContain(index);
      return {
        status: JSON.parse(output.trim().split('\n').at(-1) as string),
        vocabulary: loaded
          .filter((url) => url.startsWith(pathToFileURL(folder).href))
          .some((url) => readFileSync(new URL(url), 'utf8').includes(word)),
      };
    };
    expect(asked(bundle(doorEntry({ door: 'httpApi', options: { document } }), 'line').folder)).toEqual({
      status: [200, btoa('tea')],
      vocabulary: false,
    });
    // By hand, it is nobody's but the function's own to check.
    expect(asked(folderOf('http-api', 'line'))).toEqual({ status: [200, btoa('tea')], vocabulary: true });
  });

  it('of a construct has the version that the document has everywhere, also with a table and a firewall', async () => {
    const waf = { asset: new Uint8Array(), options: {} } as never;
    const whole = { ...document, waf: { use: 'crs', path: 'rules' }, logging: { sinks: [] } };
    const entry = doorEntry({ door: 'httpApi', options: { document: whole }, table: 'TABLE', waf });
    const lines = readFileSync(entry, 'utf8').split('\n');
    const from = lines.findIndex((line) => line.startsWith('const options'));
    const to = lines.findIndex((line) => line.startsWith('asChecked'));
    const file = join(mkdtempSync(join(tmpdir(), 'sallyport-written-')), 'options.mjs');
    const text = [`import { fileURLToPath } from 'node:url'; const plugins = [];`, ...lines.slice(from, to)];
    writeFileSync(file, [...text, 'export default options.document;'].join('\n'));
    process.env['TABLE'] = 'edge';
    const { default: written } = (await import(pathToFileURL(file).href)) as { readonly default: unknown };
    const read = parseDocument({
      ...whole,
      waf: { ...whole.waf, asset: join(dirname(file), 'waf.asset') },
      store: { use: 'dynamodb', with: { table: 'edge' } },
    });
    // The version is a digest of this text.
    expect(JSON.stringify(written)).toBe(JSON.stringify(read.document));
    expect(() => doorEntry({ door: 'httpApi', options: { document: { ...document, routs: {} } } })).toThrow(/routes/);
  });
});
