import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDocument } from '../../src/cli/load.ts';
import { parseDocument } from '../../src/config/parse.ts';
import { visit } from '../../src/testing/visit.ts';
import { temporaryFolder } from '../support/folder.ts';
import { mmdb } from '../support/mmdb.ts';
import { blocks, titled, type Block } from '../support/pages.ts';

/** What pages take for granted beside the part that they show. */
const folder = temporaryFolder({
  'check.js': 'export const handler = () => {};\n',
});
for (const name of ['keys', 'rules']) mkdirSync(join(folder.path, name));
folder.write(
  'keys/public.pem',
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }) as string,
);
writeFileSync(join(folder.path, 'country.mmdb'), mmdb([['198.51.100.0', 24, { country: { iso_code: 'CH' } }]]));
for (const { text } of blocks) {
  const file = /^\/\/ (rules\/\S+\.ts)\n/.exec(text)?.[1];
  if (file !== undefined) folder.write(file, text);
}
afterAll(() => folder.remove());

const origins = Object.fromEntries(
  ['api', 'main', 'spare', 'legacy', 'shop'].map((name) => [
    name,
    { url: 'http://10.0.3.7:8080', allow: ['10.0.3.7'] },
  ]),
);
const shop = { kind: 'rest', routes: { 'GET /orders/{id}': { to: 'legacy', key: 'required' } } };
const chat = {
  to: { use: 'websocket', with: { api: 'chat', routes: { $default: { to: { mock: { says: '$request.body' } } } } } },
};

interface Shown {
  readonly origins?: object;
  readonly apis?: object;
  readonly plans?: object;
  readonly routes?: object;
  readonly edge?: { readonly licences?: object };
  readonly sockets?: object;
}

/** Members of a document, or a route, made the file of a whole one. */
function fileOf({ text }: Block): string {
  if (text.includes('defineConfig('))
    return text.includes("from 'sallyport'") ? text : `import { defineConfig } from 'sallyport';\n${text}`;
  if (!text.startsWith("'")) return `export default {\n${text}\n};`;
  const routes = `routes: {\n${text}\n}`;
  return `export default { ${/^ {2}(map|transform):/m.test(text) ? `apis: { shown: { kind: 'rest', ${routes} } }` : routes} };`;
}

/** The names that the part uses and another part would define. */
const completed = (given: Shown): object => ({
  ...given,
  origins: { ...origins, ...given.origins },
  ...(given.plans ? { apis: { shop, ...given.apis }, apiKeys: { acme: { value: '${secret:KEY}' } } } : {}),
  ...(given.edge ? { edge: { licences: { from: { list: {} }, in: ['query:license'] }, ...given.edge } } : {}),
  ...(JSON.stringify(given.routes ?? {}).includes('websocket-connections')
    ? { routes: { ...given.routes, 'GET /prod': chat } }
    : {}),
});

const documents = blocks.filter(
  ({ kind, text }) => kind === 'ts' && (text.includes('defineConfig(') || !/^(import|export|const|new)\b/m.test(text)),
);

describe('documents in the pages', () => {
  it('are found', () => expect(documents.length).toBeGreaterThanOrEqual(12));

  it.each(titled(documents))('%s is in order', async (_, block) => {
    const path = folder.write(`${block.page.replaceAll('/', '-')}-${block.line}.ts`, fileOf(block));
    const { document, plugins } = await loadDocument(path);
    const whole = completed(document as Shown);
    expect(parseDocument(whole).issues).toEqual([]);
    if ((document as Shown).sockets) return; // a server that nobody asks here
    await (
      await visit({
        document: whole,
        plugins,
        folder: folder.path,
        ports: { secret: () => 'a-secret-of-twenty-characters' },
      })
    ).close();
  });
});

describe('rule maps in the pages', () => {
  const maps = blocks.filter(({ page, kind }) => kind === 'json' && page === 'docs/rules.md');
  it('are found', () => expect(maps.length).toBeGreaterThanOrEqual(1));

  it.each(titled(maps))('%s is in order', async (_, { text }) => {
    await (await visit({ document: { rules: { map: JSON.parse(text) as object } } })).close();
  });
});
