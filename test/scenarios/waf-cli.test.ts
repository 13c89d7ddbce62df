import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { crs } from '../../src/cli/commands/crs.ts';
import { tryIt } from '../../src/cli/commands/try.ts';
import { waf } from '../../src/cli/commands/waf.ts';

const data = '../shared/data/crs4';
const here = existsSync(data);
if (!here) console.warn(`the rule set's own directory is not checked: ${data} is absent`);

/** One command line: what it printed, and its exit code. */
async function run(...words: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Terminal = { out: (line) => void out.push(line), err: (line) => void err.push(line), isTty: false };
  const program = new Command().enablePositionalOptions();
  for (const add of [crs, waf, tryIt]) add(program, io);
  const before = process.exitCode;
  await program.parseAsync(words, { from: 'user' });
  const code = Number(process.exitCode ?? 0);
  process.exitCode = before;
  return { code, out: out.join('\n'), err: err.join('\n') };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('sallyport crs check', () => {
  it.runIf(here)('reports versions and counts of a rule set that is understood', async () => {
    const text = await run('crs', 'check', data);
    expect(text).toMatchObject({
      code: 0,
      out: expect.stringMatching(/OWASP_CRS\/4\.29\.0-dev[^]*everything is understood/),
    });
    const { out } = await run('crs', 'check', data, '--json');
    const report = JSON.parse(out) as {
      ok: boolean;
      rules: number;
      byParanoia: Record<string, number>;
      notUnderstood: unknown[];
    };
    expect(report).toMatchObject({ ok: true, notUnderstood: [] });
    expect(report.rules).toBeGreaterThan(600);
    expect(report.byParanoia['1']).toBeGreaterThan(200);
  });

  it.runIf(here)('names whatever is not understood, with its place, and fails', async () => {
    const copy = join(folder, 'crs');
    cpSync(data, copy, { recursive: true, filter: (from) => !from.includes('/tests') });
    const file = join(copy, 'rules/REQUEST-911-METHOD-ENFORCEMENT.conf');
    appendFileSync(file, '\nSecRul ARGS "@rx a" "id:9,phase:1,pass"\nSecRule ARGS "@rxx a" "id:10,phase:1,pass"\n');
    const { code, out } = await run('crs', 'check', copy);
    expect(code).toBe(1);
    expect(out).toMatch(/REQUEST-911-METHOD-ENFORCEMENT\.conf:\d+: there is no directive `SecRul`/);
    expect(out).toMatch(/rxx[^]*2 things are not understood/);
  });

  it('says what it looked for where there is no rule set', async () => {
    const { code, out } = await run('crs', 'check', folder);
    expect([code, out]).toEqual([1, expect.stringContaining('REQUEST-901-INITIALIZATION.conf')]);
  });
});

describe('sallyport waf lint', () => {
  it('shows the input on which a pattern explodes, and what runs with a budget', async () => {
    const file = join(folder, 'own.conf');
    writeFileSync(
      file,
      'SecRule ARGS "@rx ^(?:a+)+$" "id:5,phase:2,deny"\nSecRule ARGS "@rx (?=a)ab" "id:6,phase:2,deny"\nSecRule ARGS "@rx ^[a-z]+$" "id:7,phase:2,deny"\n',
    );
    const { code, out } = await run('waf', 'lint', file);
    expect(code).toBe(1);
    expect(out).toMatch(/own\.conf:1: rule 5[^]*grows exponentially: "a" again and again/);
    expect(out).toMatch(/own\.conf:2: rule 6[^]*with a budget/);
    expect(out).toContain('3 patterns tried, 1 can explode in engines that only backtrack, 1 run with a budget here');
    const json = JSON.parse((await run('waf', 'lint', file, '--json')).out) as { findings: { rule: { id: string } }[] };
    expect(json.findings.map(({ rule }) => rule.id)).toEqual(['5', '6']);
  });

  it('reads the rules of a document, and finds nothing in calm ones', async () => {
    writeFileSync(join(folder, 'calm.conf'), 'SecRule ARGS "@rx ^[a-z]+$" "id:7,phase:2,deny"\n');
    const config = join(folder, 'calm.json');
    writeFileSync(config, JSON.stringify({ waf: { use: 'rules', rules: { after: ['calm.conf'] } } }));
    expect(await run('waf', 'lint', '--config', config)).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 can explode'),
    });
  });
});

describe('sallyport try', () => {
  it('prints each finding with field, value before and after its transformations, and score', async () => {
    writeFileSync(
      join(folder, 'try.conf'),
      'SecRule ARGS "@contains union select" "id:8,phase:2,block,t:urlDecodeUni,t:lowercase,msg:\'SQL\',severity:CRITICAL,setvar:tx.inbound_anomaly_score_pl1=+5"\nSecRule TX:inbound_anomaly_score_pl1 "@ge 5" "id:9,phase:2,deny,msg:\'Over the score\'"\n',
    );
    const config = join(folder, 'try.json');
    writeFileSync(
      config,
      JSON.stringify({
        waf: { use: 'rules', rules: { after: ['try.conf'] } },
        routes: { 'ANY /{proxy+}': { to: 'main' } },
        origins: { main: { url: 'http://origin.test' } },
      }),
    );
    const { code, out, err } = await run('try', '--config', config, "curl '/x?q=1%2520UNION%2520SELECT%2520a'");
    expect(code).toBe(1);
    expect(err).toBe('');
    expect(out).toMatch(/waf +matched +rule=8 +message=SQL +field=ARGS:q/);
    expect(out).toContain('value=1%20UNION%20SELECT%20a');
    expect(out).toContain('after="urlDecodeUni: 1 UNION SELECT a > lowercase: 1 union select a"');
    expect(out).toMatch(/rule=9 .*score=5/);
    expect(out).toContain('HTTP 403');
  });
});
