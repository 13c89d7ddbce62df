import { describe, expect, it } from 'vitest';
import { written } from '../../macro.ts';
import { rulesOf, type Rule } from '../../rule.ts';
import { RuleError } from '../../rule-error.ts';
import type { RuleFiles } from './draft.ts';
import { readSecLang } from './read.ts';

const filesOf = (texts: Readonly<Record<string, string>>): RuleFiles => ({
  read: (path) => texts[path] ?? null,
  list: (pattern) =>
    Object.keys(texts)
      .filter((path) => path.startsWith(pattern.slice(0, pattern.indexOf('*'))))
      .sort(),
});
const read = (text: string, texts: Readonly<Record<string, string>> = {}) =>
  readSecLang([{ file: 'rules/main.conf', text }], { files: filesOf(texts) });
const only = (text: string): Rule => rulesOf(read(text))[0] as Rule;
const errorOf = (text: string): RuleError => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof RuleError) return error;
  }
  throw new Error(`no RuleError for ${text}`);
};

describe('reading a rule', () => {
  it('takes variables, operator and actions apart', () => {
    const rule = only(
      `SecRule ARGS:/^a|b/|!ARGS:text|&TX:x "!@within a b " "id:7,phase:request,t:urlDecode,t:none,t:Lowercase,msg:'it\\'s, here',severity:ERROR,tag:a,tag:'b'"`,
    );
    expect(rule).toMatchObject({ id: '7', phase: 2, severity: 3, tags: ['a', 'b'], disruption: { kind: 'pass' } });
    expect(written(rule.message ?? [])).toBe("it's, here");
    expect(rule.links[0].condition).toMatchObject({
      kind: 'match',
      targets: [
        { field: 'ARGS', selector: { kind: 'pattern', source: '^a|b' }, count: false },
        { field: 'TX', selector: { kind: 'key', key: 'x' }, count: true },
      ],
      exclusions: [{ field: 'ARGS', selector: { kind: 'key', key: 'text' } }],
      transforms: ['lowercase'],
      operator: 'within',
      argument: ['a b'],
      negated: true,
    });
  });

  it('joins lines, keeps quotes inside of patterns and knows where it was', () => {
    const rule = only('# comment \\\n\n  SecRule ARGS "@rx \\"a\\\\\\"b" \\\n    "id:1,\\\n    phase:2"');
    expect(rule.place).toEqual({ file: 'rules/main.conf', line: 3 });
    expect(rule.links[0].condition).toMatchObject({ argument: ['"a\\\\"b'] });
  });

  it('takes a bare pattern for @rx, and %{ in it as it stands', () => {
    expect(only('SecRule ARGS "a%{b" "id:1"').links[0].condition).toMatchObject({ operator: 'rx', argument: ['a%{b'] });
  });

  it('makes one rule of a chain', () => {
    const rule = only(
      'SecRule ARGS "@rx a" "id:1,deny,chain"\n SecRule ARGS "@rx b" "chain,setvar:tx.a=1"\n  SecRule ARGS "@rx c"',
    );
    expect(rule.links).toHaveLength(3);
    expect(rule.links[1]?.effects).toHaveLength(1);
  });

  it('reads block, the default action and the phase of each rule', () => {
    const set = read(
      'SecDefaultAction "phase:2,deny,status:429,log,t:lowercase"\nSecRule ARGS "@rx a" "id:1,block"\nSecRule ARGS "@rx a" "id:2,phase:1,block,t:none"\nSecRule ARGS "@rx a" "id:3"',
    );
    expect(rulesOf(set).map(({ disruption, status }) => [disruption.kind, status])).toEqual([
      ['deny', 429],
      ['pass', null],
      ['deny', 429],
    ]);
    expect(rulesOf(set)[0]?.links[0].condition).toMatchObject({ transforms: ['lowercase'] });
  });

  it('follows includes, in order, relative to the file that names them', () => {
    const set = read('Include more/*.conf\nIncludeOptional nowhere.conf', {
      'rules/more/b.conf': 'SecMarker B',
      'rules/more/a.conf': 'SecMarker A\nInclude ../one.conf',
      'rules/one.conf': 'SecMarker ONE',
    });
    expect(set.items.map((item) => (item.kind === 'marker' ? item.name : item.id))).toEqual(['A', 'ONE', 'B']);
  });
});

describe('changing rules that were read before', () => {
  const base =
    'SecRule ARGS "@rx a" "id:1,tag:x,msg:\'First\'"\nSecRule ARGS "@rx a" "id:2,tag:y"\nSecRule ARGS "@rx a" "id:30"\n';
  const ids = (text: string) => rulesOf(read(base + text)).map((rule) => rule.id);
  it.each([
    ['SecRuleRemoveById 1 20-40', ['2']],
    ['SecRuleRemoveByTag "^[xy]$"', ['30']],
    ['SecRuleRemoveByMsg first', ['2', '30']],
    ['SecRuleRemoveById 99', ['1', '2', '30']],
  ])('%s', (text, left) => {
    expect(ids(text)).toEqual(left);
  });

  it('adds targets and exclusions, and replaces', () => {
    const rules = rulesOf(
      read(
        `${base}SecRuleUpdateTargetById 1-2 "!ARGS:/^z/|REQUEST_BODY"\nSecRuleUpdateTargetByTag y "QUERY_STRING" "ARGS"`,
      ),
    );
    expect(rules[0]?.links[0].condition).toMatchObject({
      targets: [{ field: 'ARGS' }, { field: 'REQUEST_BODY' }],
      exclusions: [{ field: 'ARGS' }],
    });
    expect(rules[1]?.links[0].condition).toMatchObject({
      targets: [{ field: 'REQUEST_BODY' }, { field: 'QUERY_STRING' }],
    });
    expect(rules[2]?.links[0].condition).toMatchObject({ exclusions: [] });
  });

  it('updates actions', () => {
    expect(rulesOf(read(`${base}SecRuleUpdateActionById 2 "deny,status:418,t:lowercase"`))[1]).toMatchObject({
      disruption: { kind: 'deny' },
      status: 418,
    });
  });
});

describe('what it does not know', () => {
  it.each([
    ['SecRuel ARGS "@rx a" "id:1"', 'SecRule'],
    ['SecRule REQUEST_HEADER:a "@rx a" "id:1"', 'REQUEST_HEADERS'],
    ['SecRule ARGS "@beginWith a" "id:1"', 'beginsWith'],
    ['SecRule ARGS "@rx a" "id:1,t:lowercas"', 'lowercase'],
    ['SecRule ARGS "@rx a" "id:1,sevrity:2"', 'severity'],
    ['SecRule ENV:PATH "@rx a" "id:1"', 'environment'],
    ['SecRule XML:/a/b "@rx a" "id:1"', 'XML:/*'],
    ['SecRule ARGS "@inspectFile a" "id:1"', 'programs'],
    ['SecRule ARGS "@rx a" "id:1,exec:/bin/sh"', 'programs'],
    ['SecRule ARGS "@rx a" "id:1,ctl:ruleRemoveByID2=3"', 'ruleRemoveById'],
    ['SecRule ARGS "@rx a" "phase:1"', 'id:NUMBER'],
    ['SecRule ARGS "@rx a" "id:1,setvar:foo=1"', 'tx.name'],
    ['SecRule ARGS "@rx a" "id:1,chain"', 'last rule of a chain'],
    ['SecRule ARGS "@rx a" "id:1,chain"\nSecRule ARGS "@rx a" "deny"', 'first rule'],
    ['SecAction "id:1"\nSecAction "id:1"', 'main.conf:1'],
    ['SecRemoteRules key https://example.com', 'include'],
  ])('%s', (text, hint) => {
    const error = errorOf(text);
    expect(error.hint).toContain(hint);
    expect(error.place?.file).toBe('rules/main.conf');
  });

  it.each([
    ['SecRule ARGS "@rx a'],
    ['Include nothing.conf'],
    ['SecAction "id:1,msg:\'a\'b"'],
    ['SecRule REQUEST_METHOD:x "@rx a" "id:1"'],
  ])('%s', (text) => {
    expect(() => read(text)).toThrow(RuleError);
  });

  it('can be collected; the chain that holds it is left out as a whole', () => {
    const errors: string[] = [];
    const set = readSecLang(
      [
        {
          file: 'a.conf',
          text: 'SecRule ARGS "@rx a" "id:1,chain"\nSecRule ARGS "@nope" "chain"\nSecRule ARGS "@rx b"\nSecRule ARGS "@rx c" "id:2"',
        },
      ],
      { onError: (error) => errors.push(error.message) },
    );
    expect(rulesOf(set).map((rule) => rule.id)).toEqual(['2']);
    expect(errors).toEqual([expect.stringContaining('a.conf:2')]);
  });

  it('names directives that mean nothing here', () => {
    const seen: string[] = [];
    readSecLang([{ file: 'a.conf', text: 'SecAuditLog /var/log/a\nSecDebugLogLevel 3' }], {
      onIgnored: (name) => seen.push(name),
    });
    expect(seen).toEqual(['SecAuditLog', 'SecDebugLogLevel']);
  });
});

describe('a map of code pages', () => {
  it('says what %uHHHH stands for', () => {
    const { settings } = read('SecUnicodeMapFile uni.map 20127', {
      'rules/uni.map': '1250 (ANSI)\n00a9:5a\n\n20127 (US-ASCII)\n00a0:20 2032:27\n\n20261 (T.61)\n00a0:41\n',
    });
    expect([settings.unicodeMap?.[0xa0], settings.unicodeMap?.[0x2032], settings.unicodeMap?.[0xa9]]).toEqual([
      0x20, 0x27, 0,
    ]);
    expect(() => read('SecUnicodeMapFile uni.map 1', { 'rules/uni.map': '2 (x)\n00a0:20' })).toThrow(/no code page 1/);
  });
});
