import { describe, expect, it } from 'vitest';
import { wildcard } from '../../base/match.ts';
import { createWaf } from '../engine.ts';
import type { RuleFiles } from '../forms/seclang/draft.ts';
import { loadCrs, type LoadCrsOptions } from './load.ts';

/** A rule set of the same build as the real one, with two rules in it. */
const texts: Readonly<Record<string, string>> = {
  'crs/crs-setup.conf.example': 'SecAction "id:900990,phase:1,pass,nolog,setvar:tx.crs_setup_version=400"',
  'crs/rules/REQUEST-901-INITIALIZATION.conf': `
    SecComponentSignature "OWASP_CRS/4.0.0"
    SecRule &TX:blocking_paranoia_level "@eq 0" "id:901120,phase:1,pass,nolog,setvar:tx.blocking_paranoia_level=1"
    SecRule &TX:inbound_anomaly_score_threshold "@eq 0" "id:901100,phase:1,pass,nolog,setvar:tx.inbound_anomaly_score_threshold=5"`,
  'crs/rules/REQUEST-942.conf': `
    SecRule ARGS "@pmFromFile words.data" "id:942100,phase:2,block,tag:attack-sqli,tag:paranoia-level/1,setvar:tx.score=+5"
    SecRule TX:blocking_paranoia_level "@lt 2" "id:942013,phase:2,pass,nolog,skipAfter:END"
    SecRule ARGS "@rx (?i)x" "id:942200,phase:2,block,tag:attack-sqli,tag:paranoia-level/2,setvar:tx.score=+3"
    SecMarker END`,
  'crs/rules/REQUEST-949.conf': 'SecRule TX:score "@ge %{tx.inbound_anomaly_score_threshold}" "id:949110,phase:2,deny"',
  'crs/rules/words.data': 'union\nselect\n',
};
const files: RuleFiles = {
  read: (path) => texts[path] ?? null,
  list: (pattern) =>
    Object.keys(texts)
      .filter((path) => wildcard(pattern).test(path) && path.split('/').length === pattern.split('/').length)
      .sort(),
};

function ids(options: Partial<LoadCrsOptions>, target: string): readonly string[] {
  const { set } = loadCrs({ path: 'crs', files, ...options });
  const inspection = createWaf(set, { readFile: (path) => files.read(path) }).inspect(
    { method: 'GET', target, version: '1.1', headers: [] },
    { address: '' },
  );
  inspection.requestHead();
  inspection.requestBody(new Uint8Array(), true);
  return inspection
    .finish()
    .filter((match) => match.logged)
    .map((match) => match.rule.id);
}

describe('loadCrs', () => {
  it('finds the parts, from the root or from the rules, and reports what they hold', () => {
    const { report } = loadCrs({ path: 'crs/', files });
    expect(report).toMatchObject({
      versions: ['OWASP_CRS/4.0.0'],
      setup: 'crs/crs-setup.conf.example',
      leftOut: [],
      ignored: [],
    });
    expect(report.byParanoia).toMatchObject({ 1: 1, 2: 1 });
    expect(report.byOperator['pmFromFile']).toBe(1);
    expect(loadCrs({ path: 'crs/rules', files }).report.files).toEqual(report.files);
    expect(() => loadCrs({ path: 'nowhere', files })).toThrow(/REQUEST-901/);
  });

  it.each<[string, Partial<LoadCrsOptions>, string, string[]]>([
    ['as it is', {}, '/?a=union', ['942100', '949110']],
    ['a higher level', { paranoia: 2 }, '/?a=x', ['942200']],
    ['a lower threshold', { paranoia: 2, threshold: { inbound: 3 } }, '/?a=x', ['942200', '949110']],
    ['without a rule', { exclusions: [{ rules: [942100] }] }, '/?a=union', []],
    ['without a range', { paranoia: 2, exclusions: [{ rules: '942000-942999' }] }, '/?a=union+x', []],
    ['without a tag', { exclusions: [{ tag: 'attack-sqli' }] }, '/?a=union', []],
    ['without a target', { exclusions: [{ rules: 942100, target: 'ARGS:a' }] }, '/?a=union', []],
    ['another target', { exclusions: [{ rules: 942100, target: 'ARGS:b' }] }, '/?a=union', ['942100', '949110']],
    ['a target by tag', { exclusions: [{ tag: 'attack', target: 'ARGS:/^a$/' }] }, '/?a=union', []],
    ['on a path', { exclusions: [{ rules: 942100, paths: ['/admin/'] }] }, '/admin/?a=union', []],
    ['not on another path', { exclusions: [{ rules: 942100, paths: ['/admin/'] }] }, '/?a=union', ['942100', '949110']],
    ['a target on a path', { exclusions: [{ tag: 'sqli', target: 'ARGS:a', paths: ['/x', '/y'] }] }, '/y?a=union', []],
    ['only watching', { mode: 'detect' }, '/?a=union', ['942100', '949110']],
    ['a rule of one’s own', { after: [{ file: 'own', text: 'SecRuleRemoveById 942100' }] }, '/?a=union', []],
  ])('%s', (_, options, target, wanted) => {
    expect(ids(options, target)).toEqual(wanted);
  });

  it('says which exclusion means no rule', () => {
    const { report } = loadCrs({ path: 'crs', files, exclusions: [{ rules: [942100, 942999] }] });
    expect(report.ignored.map(({ what }) => what)).toEqual(['SecRuleRemoveById 942999: no rule before it is meant']);
  });

  it('takes no quotes from options, and no exclusion of nothing', () => {
    expect(() => loadCrs({ path: 'crs', files, variables: { a: "1',deny" } })).toThrow(/quote/);
    expect(() => loadCrs({ path: 'crs', files, exclusions: [{ target: 'ARGS' }] })).toThrow(/either/);
  });
});
