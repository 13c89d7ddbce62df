import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DocumentError } from '../../src/config/issues.ts';
import { parseDocument } from '../../src/config/parse.ts';
import { nodeDigest } from '../../src/net/digest.ts';
import { compileWafAsset } from '../../src/pipeline/waf-asset.ts';
import { ruleFiles } from '../../src/stores/file/rule-files.ts';
import { visit } from '../../src/testing/visit.ts';

const words = { use: 'rules', rules: { after: ['rules/*.conf'] }, asset: 'rules.asset' } as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-asset-'));
  mkdirSync(join(folder, 'rules'));
  write('a.conf', 'attack');
  writeFileSync(join(folder, 'rules/words.data'), 'bomb\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, word: string): void {
  const id = name.charCodeAt(0);
  writeFileSync(
    join(folder, 'rules', name),
    `SecRule ARGS "@rx (?i)${word}s?" "id:${id},phase:2,deny"\nSecRule ARGS "@pmFromFile words.data" "id:${id}0,phase:2,deny"\n`,
  );
}

function compile(given: object = words): void {
  const { document } = parseDocument({ waf: given });
  const bytes = compileWafAsset(document!.waf!, ruleFiles(folder), nodeDigest, (error) => expect(error).toBeNull());
  writeFileSync(join(folder, 'rules.asset'), bytes!);
}

/** What the document's edge answers to three requests, and what it said when it was loaded. */
async function edge(waf: object = words): Promise<{ readonly statuses: readonly number[]; readonly said: string }> {
  const said: string[] = [];
  const open = await visit({
    folder,
    ports: { log: (level, says) => void said.push(`${level} ${says}`) },
    document: { waf, routes: { 'ANY /{proxy+}': { to: 'main' } }, origins: { main: { url: 'http://origin.test' } } },
  });
  const statuses: number[] = [];
  for (const target of ['/?q=ATTACKS', '/?q=bombs', '/?q=flowers']) statuses.push((await open.send({ target })).status);
  await open.close();
  return { statuses, said: said.join('\n') };
}

const right = [403, 403, 200];

describe('a firewall asset', () => {
  it('loads instead of building, to the same answers', async () => {
    compile();
    expect(await edge()).toEqual({ statuses: right, said: 'info firewall rules were loaded' });
  });

  it('is enough where the rule files are not', async () => {
    compile();
    renameSync(join(folder, 'rules'), join(folder, 'away'));
    try {
      expect(await edge()).toEqual({ statuses: right, said: 'info firewall rules were loaded' });
    } finally {
      renameSync(join(folder, 'away'), join(folder, 'rules'));
    }
  });

  it.each<[string, () => void, object, RegExp]>([
    ['a rule file changed', () => write('a.conf', 'other'), words, /`rules\/a\.conf` is another one now/],
    [
      'a file of phrases changed',
      () => writeFileSync(join(folder, 'rules/words.data'), 'bomb\nflower\n'),
      words,
      /words\.data` is another one now/,
    ],
    ['a rule file was added', () => write('b.conf', 'flower'), words, /`rules\/\*\.conf` stands for other files now/],
    ['the document says something else', () => {}, { ...words, mode: 'detect' }, /other words in the document/],
    ['it is something else', () => writeFileSync(join(folder, 'rules.asset'), 'hello'), words, /no firewall asset/],
  ])('is not used when %s, and that is said', async (_, change, waf, says) => {
    rmSync(join(folder, 'rules/b.conf'), { force: true });
    write('a.conf', 'attack');
    writeFileSync(join(folder, 'rules/words.data'), 'bomb\n');
    compile();
    expect((await edge()).statuses).toEqual(right);
    change();
    const { statuses, said } = await edge(waf);
    expect(said).toMatch(/warn the firewall asset is not used: /);
    expect(said).toMatch(says);
    // What the document and the files say now is what holds.
    const { asset: _asset, ...plain } = waf as typeof words;
    expect(statuses).toEqual((await edge(plain)).statuses);
  });

  it('is asked for when it is not there', async () => {
    await expect(edge({ ...words, asset: 'gone.asset' })).rejects.toThrow(DocumentError);
    await expect(edge({ ...words, asset: 'gone.asset' })).rejects.toThrow(/sallyport waf compile --out gone\.asset/);
  });
});
