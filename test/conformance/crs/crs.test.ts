import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWaf } from '../../../src/waf/engine.ts';
import { loadCrs } from '../../../src/waf/crs/load.ts';
import { diskFiles } from '../../../src/node/rule-files.ts';
import { readCases } from './cases.ts';
import { runCase, suiteWaf } from './conformance.ts';
import { expectedFailures } from './expected-failures.ts';

const data = '../shared/data/crs4';
const debian = '/usr/share/modsecurity-crs';
const here = existsSync(data);
const packaged = existsSync(debian);
if (!here) console.warn(`the regression cases are not run: ${data} is absent`);
if (!packaged) console.warn(`CRS 3.3 is not tried: Debian's package modsecurity-crs is absent (${debian})`);

describe.runIf(here)('OWASP CRS 4, its own regression cases', () => {
  it('passes 999 of 1,000, and each failure has its reason', { timeout: 120_000 }, () => {
    const { waf } = suiteWaf(data);
    const cases = readCases(`${data}/tests`);
    const failed = cases.map((one) => runCase(waf, one)).filter(({ wrong }) => wrong.length > 0);
    console.info(`CRS 4: ${cases.length - failed.length} of ${cases.length} cases pass`);
    expect(cases.length).toBeGreaterThanOrEqual(2400);
    expect(failed.length / cases.length).toBeLessThanOrEqual(0.001);
    expect(failed.filter(({ name }) => expectedFailures[name] === undefined)).toEqual([]);
    const names = new Set(failed.map(({ name }) => name));
    expect(Object.keys(expectedFailures).filter((name) => !names.has(name))).toEqual([]);
  });

  it('is understood as a whole', () => {
    const { report } = loadCrs({ path: data, files: diskFiles });
    expect(report.versions).toEqual(['OWASP_CRS/4.29.0-dev']);
    expect(report.leftOut).toEqual([]);
    expect(report.rules).toBeGreaterThanOrEqual(600);
    expect(report.byPhase[2]).toBeGreaterThan(report.byPhase[3]);
    expect(report.byOperator['rx']).toBeGreaterThanOrEqual(300);
  });
});

const nothing = new Uint8Array();
const browser = [
  ['Host', 'shop.example'],
  ['User-Agent', 'Mozilla/5.0'],
  ['Accept', '*/*'],
] as const;

describe.runIf(packaged)('OWASP CRS 3.3 as Debian has it', () => {
  const { set, report } = loadCrs({ path: debian, files: diskFiles, paranoia: 2 });
  const waf = createWaf(set, { readFile: (path) => diskFiles.read(path) });
  const verdict = (target: string) => {
    const inspection = waf.inspect(
      { method: 'GET', target, version: '1.1', headers: browser },
      { address: '192.0.2.7' },
    );
    inspection.requestHead();
    return {
      verdict: inspection.requestBody(nothing, true),
      ids: inspection
        .finish()
        .filter((match) => match.logged)
        .map((match) => match.rule.id),
    };
  };

  it('loads, and leaves out what asks name servers', () => {
    expect(report.versions).toEqual(['OWASP_CRS/3.3.4']);
    expect(report.rules).toBeGreaterThanOrEqual(600);
    expect(report.leftOut.map((error) => error.message)).toEqual([expect.stringContaining('@rbl')]);
  });

  it('lets an ordinary request pass', () => {
    expect(verdict('/basket?item=42&colour=dark%20blue').verdict.kind).toBe('pass');
  });

  it.each([
    ['SQL', "/?id=1'%20UNION%20SELECT%20password%20FROM%20users--", '942100'],
    ['HTML', '/?q=%3Cscript%3Ealert(1)%3C/script%3E', '941100'],
    ['a file of the system', '/?page=../../../../etc/passwd', '930120'],
    ['a shell', '/?x=;cat%20/etc/passwd', '932160'],
  ])('refuses %s', (_, target, id) => {
    const { verdict: said, ids } = verdict(target);
    expect(said).toMatchObject({ kind: 'stop', status: 403, rule: { id: '949110' } });
    expect(ids).toContain(id);
  });
});
