import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sallyportCommand, startEdge, type Ran } from '../support/cli.ts';
import { loadDocument } from '../../src/cli/load.ts';
import { DocumentError } from '../../src/config/issues.ts';
import { temporaryFolder } from '../support/folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, args);
const yaml = "routes: { 'GET /': { to: a } }\norigins: { a: { url: 'http://127.0.0.1:1', allow: [127.0.0.1] } }\n";
const json = '{"routes":{"GET /":{"to":"a"}},"origins":{"a":{"url":"http://127.0.0.1:1","allow":["127.0.0.1"]}}}';

/** The file, what stands in it, and what `check` has to say: where, and what to write. */
const unreadable: readonly (readonly [file: string, text: string, ...says: string[]])[] = [
  ['empty.json', '', 'empty.json: wanted a document, found an empty file', 'sallyport init'],
  ['empty.yaml', ' \n', 'empty.yaml: wanted a document, found an empty file'],
  ['comma.json', '{\n  "routes": {},\n}', 'comma.json:3:1: wanted JSON', 'remove the comma before it'],
  ['list.json', '{"a": [1,]}', 'list.json:1:10: wanted JSON', "Unexpected token ']'", 'remove the comma before it'],
  ['between.json', '{\n "a": 1\n "b": 2\n}', 'between.json:3:2: wanted JSON', "Expected ','"],
  ['open.json', '{"routes": {"GET /": {}', 'open.json:1:24', 'not closed'],
  ['quotes.json', "{'routes': {}}", 'quotes.json:1:2', 'double quotes'],
  ['words.json', '{\n  // mine\n  "routes": {}\n}', 'words.json:2:3', 'JSON has no comments'],
  ['far.json', `{"a": "${'x'.repeat(200)}",\n "b": tru, "c": "${'y'.repeat(200)}"}`, 'far.json:2:10: wanted JSON'],
  ['tab.yaml', 'routes:\n\tGET /: {}\n', 'tab.yaml:2:1: wanted YAML', 'indent with blanks'],
  ['two.yaml', 'a: 1\na: 2\nb: [\n', 'two.yaml:2:1: wanted YAML', 'two.yaml:4:1: wanted YAML'],
  ['throws.ts', 'const x: any = {};\nexport default { a: x.b.c };\n', 'throws.ts:2:', 'Cannot read properties'],
  ['syntax.ts', "export default {\n  a: { 'b': 1,\n};\n", 'syntax.ts:3:', 'Unexpected token'],
  ['text.mjs', "throw 'by hand';\n", 'text.mjs: wanted a document that can be read, found by hand'],
  ['gone.ts', "import './gone-too.ts';\nexport default {};\n", 'gone.ts', "Cannot find module './gone-too.ts'"],
  ['none.ts', '', 'none.ts: wanted a default export', 'export default defineConfig'],
  ['document.toml', 'a = 1', 'document.toml: wanted a document in TypeScript', '.toml', 'sallyport.config.yaml'],
];

describe('a document that cannot be read', () => {
  it('is looked at in every way', () => expect(unreadable.length).toBeGreaterThanOrEqual(17));

  it.each(unreadable)('%s', async (file, text, ...says) => {
    const thrown: unknown = await loadDocument(folder.write(file, text)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(DocumentError);
    const { message } = thrown as DocumentError;
    for (const each of says) expect(message).toContain(each);
    expect(message).not.toContain('    at ');
  });

  it('a byte order mark and carriage returns are no mistakes', async () => {
    folder.write('mark.json', `\uFEFF${json}`);
    folder.write('returns.yaml', `\uFEFF${yaml.replaceAll('\n', '\r\n')}`);
    const all = await Promise.all([run('check', '-c', 'mark.json'), run('check', '-c', 'returns.yaml')]);
    expect(all.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(all[0]?.out).toContain('1 route, 1 origin, 0 rules of your own');
  });

  it('a module of rules that breaks is named with its line', async () => {
    folder.write('rules.ts', '\nthrow new Error("not today");\n');
    folder.write('sallyport.config.json', json.replace('{', '{"rules":{"modules":["rules.ts"]},'));
    const { code, err } = await run('check');
    expect([code, err]).toEqual([1, expect.stringContaining('found rules.ts:2:7: not today')]);
  });
});

it('a hundred problems are a hundred lines with their places', async () => {
  const routes = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`GET /r${at}`, { to: 'a', kye: 1 }]));
  folder.write('sallyport.config.json', JSON.stringify({ routes }));
  const { code, err } = await run('check');
  expect([code, err.split('\n')[0], err.match(/did you mean "key"\?/g)?.length]).toEqual([
    1,
    '100 problems in the document:',
    100,
  ]);
});

it('parameters of a rule and options of a sink are told as members of the document are', async () => {
  const map = { default: [{ name: 'size-limits', params: { headerCount: 'sixty', bdoy: '64kb' } }] };
  const logging = { sinks: [{ use: 'file', with: { path: 7 } }] };
  folder.write('sallyport.config.json', json.replace('{', `{"rules":${JSON.stringify({ map })},`));
  expect((await run('check')).err).toMatch(
    /params\.headerCount: wanted a number, found "sixty"[^]*params\.bdoy: wanted one of .*, found "bdoy"\n +did you mean "body"\?/,
  );
  folder.write('sallyport.config.json', json.replace('{', `{"logging":${JSON.stringify(logging)},`));
  expect((await run('check')).err).toContain('logging.sinks[0].with.path: wanted a string, found 7');
});

describe('a wrong question ends with 2 and says what is wanted', () => {
  const asked: readonly (readonly [line: string, ...says: string[]])[] = [
    ['explain X --log gone.log', 'cannot read gone.log: there is no such file'],
    ['try --file gone.http', 'cannot read gone.http: there is no such file'],
    ['try --file .', 'it is a folder'],
    ['try --from 1.2.3 curl', '--from wants an address'],
    ['try --status many curl', '--status wants a number'],
    ['import waf gone.json', 'cannot read gone.json'],
    ['openapi import gone.yaml', 'cannot read gone.yaml'],
    ['cache warm gone.txt', 'cannot read gone.txt'],
    ['licences import gone.csv', 'cannot read gone.csv'],
    ['keys import gone.csv', 'cannot read gone.csv'],
    ['waf lint gone', 'no file or directory gone'],
    ['emit waf --seclang gone.conf', 'cannot read gone.conf'],
    ['start --port 1', "unknown option '--port'", '(sallyport start --help says what it takes)'],
    ['keys creat', "unknown command 'creat'", '(sallyport keys --help lists the commands)'],
    ['keys create', "missing required argument 'name'", '(sallyport keys create --help says what it takes)'],
  ];

  it('in every way', async () => {
    folder.write('sallyport.config.yaml', `store: { use: memory }\n${yaml}`);
    const answers = await Promise.all(asked.map(([line]) => run(...line.split(' '))));
    expect(answers.length).toBeGreaterThanOrEqual(15);
    for (const [at, { code, err }] of answers.entries()) {
      const [line, ...says] = asked[at] ?? [];
      for (const each of says) expect(err, line).toContain(each);
      expect([code, err.includes('    at ')], line).toEqual([2, false]);
    }
  });
});

it('a line that is no record, and a log without the one that is meant, are told apart', async () => {
  folder.write('decisions.log', '{"kind":"other"}\n');
  const none = await sallyportCommand(folder.path, ['explain', '-'], { input: 'garbage\n' });
  const missing = await run('explain', 'X', '--log', 'decisions.log');
  expect([none.code, none.err]).toEqual([1, expect.stringContaining('no decision record on standard input')]);
  expect([missing.code, missing.err]).toEqual([1, 'sallyport: no record of X in decisions.log\n']);
});

describe('a folder that cannot be written', () => {
  it('a store there is said, with what to write instead', async () => {
    folder.write('taken', '');
    folder.write('sallyport.config.yaml', `store: { use: sqlite, with: { path: taken/state.db } }\n${yaml}`);
    const { code, err } = await run('keys', 'create', 'ann');
    expect([code, err]).toEqual([1, expect.stringMatching(/cannot open .*taken.*store\.with\.path/)]);
  });

  it('a log there is said once; the edge serves, and ends when it is told to', async () => {
    folder.write('taken', '');
    folder.write(
      'sallyport.config.yaml',
      `listen: { port: 0 }\nadmin: { enabled: false }\nstore: { use: memory }\nlogging: { sinks: [{ use: file, with: { path: taken/x.log } }] }\n${yaml}`,
    );
    const edge = await startEdge(folder.path);
    try {
      expect((await fetch(`${edge.url}/nowhere`)).status).toBe(404);
      edge.kill('SIGTERM');
      expect(await edge.exited).toBe(0);
      expect(edge.err().match(/decision records are being lost/g)?.length).toBe(1);
    } finally {
      await edge.close();
    }
  });
});

it('a function without its file is found before anybody calls it', async () => {
  const route = (file: string) => ({ to: { use: 'function', with: { file } } });
  const routes = { 'GET /there': route('./there.mjs'), 'GET /gone': route('./gone.mjs') };
  folder.write('there.mjs', 'export const handler = () => ({});\n');
  folder.write('sallyport.config.json', JSON.stringify({ apis: { shop: { kind: 'http', routes } } }));
  const { code, err } = await run('check');
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^1 problem .*\n {2}function \.\/gone\.mjs: wanted a module, found no file/),
  ]);
  folder.write('gone.mjs', 'export const handler = () => ({});\n');
  expect((await run('check')).out).toContain('2 routes');
});
