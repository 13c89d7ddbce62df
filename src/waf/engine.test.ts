import { describe, expect, it } from 'vitest';
import { createWaf } from './engine.ts';
import { readSecLang } from './forms/seclang/read.ts';
import type { Rule } from './rule.ts';
import { defaultSettings } from './settings.ts';
import { engineFor } from './testing/ask.ts';
import { why } from './why.ts';

const form = [['Content-Type', 'application/x-www-form-urlencoded']] as const;

describe('chains', () => {
  it('needs all links, and runs the effects of those that hit', () => {
    const engine = engineFor(`
      SecRule ARGS:a "@streq 1" "id:1,phase:2,deny,chain,setvar:tx.first=+1"
        SecRule ARGS:b "@streq 2" "setvar:tx.second=+1"`);
    const half = engine.ask({ target: '/?a=1&a=1' });
    expect([half.verdict.kind, half.tx('first'), half.tx('second')]).toEqual(['pass', '2', undefined]);
    const all = engine.ask({ target: '/?a=1&b=2' });
    expect(all.verdict).toMatchObject({ kind: 'stop', status: 403, rule: { id: '1' } });
    expect(all.matches[0]?.evidence.map(({ field, link }) => [field, link])).toEqual([
      ['ARGS:a', 0],
      ['ARGS:b', 1],
    ]);
  });

  it('hands on what hit: captures, MATCHED_VAR and MATCHED_VARS', () => {
    const engine = engineFor(`
      SecRule ARGS "@rx ^(\\w)(\\d+)$" "id:1,phase:2,pass,capture,chain"
        SecRule TX:2 "@eq 20" "chain"
        SecRule MATCHED_VARS_NAMES "@rx ARGS:" "chain,setvar:tx.seen=%{MATCHED_VAR_NAME}"
        SecRule MATCHED_VARS "@streq a10" "setvar:tx.found=%{MATCHED_VAR}"`);
    const reply = engine.ask({ target: '/?x=a10&y=b20' });
    expect([reply.tx('0'), reply.tx('1'), reply.tx('2'), reply.tx('found')]).toEqual(['b20', 'b', '20', 'a10']);
  });

  it('forgets what the operator before captured more of', () => {
    const reply = engineFor('SecRule ARGS:a "@rx (x)(y)" "id:1,capture"\nSecRule ARGS:a "@rx x" "id:2,capture"').ask({
      target: '/?a=xy',
    });
    expect([reply.tx('0'), reply.tx('1'), reply.tx('2')]).toEqual(['x', undefined, undefined]);
  });
});

describe('variables', () => {
  it('adds, subtracts down to nothing, unsets and fills macros in', () => {
    const reply = engineFor(
      `
      SecAction "id:1,phase:1,nolog,setvar:tx.five=5,setvar:tx.A=1,setvar:tx.a=+%{tx.five},setvar:tx.b=3,setvar:tx.b=-4,setvar:tx.gone=1,setvar:!tx.gone,setvar:tx.flag"
      SecAction "id:2,phase:1,nolog,setvar:'tx.name_%{tx.a}=%{REQUEST_METHOD} %{request_headers.HOST}%{nothing.at_all}'"`.replace(
        '%{nothing.at_all}',
        '%{ARGS.none}',
      ),
    ).ask({
      headers: [['Host', 'h']],
    });
    expect([reply.tx('a'), reply.tx('b'), reply.tx('gone'), reply.tx('flag'), reply.tx('name_6')]).toEqual([
      '6',
      '0',
      undefined,
      '1',
      'GET h',
    ]);
  });

  it('keeps collections between requests, by key, until they expire', () => {
    const engine = engineFor(`
      SecAction "id:1,phase:1,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.count=+1,expirevar:ip.count=60"
      SecRule IP:COUNT "@ge 3" "id:2,phase:1,deny,status:429"`);
    const status = (address: string) => {
      const { verdict } = engine.ask({ address });
      return verdict.kind === 'stop' ? verdict.status : 200;
    };
    expect([status('192.0.2.1'), status('192.0.2.1'), status('192.0.2.2'), status('192.0.2.1')]).toEqual([
      200, 200, 200, 429,
    ]);
    engine.clock.turn(61_000);
    expect(status('192.0.2.1')).toBe(200);
  });

  it('counts, and excludes before it counts', () => {
    const engine = engineFor('SecRule &ARGS|!ARGS:b "@eq 1" "id:1,phase:2"\nSecRule &TX:none "@eq 0" "id:2,phase:2"');
    expect(engine.ask({ target: '/?a=1&b=2' }).ids).toEqual(['1', '2']);
    expect(engine.ask({ target: '/?a=1&c=2' }).ids).toEqual(['2']);
  });

  it('fills arguments of operators in for each request', () => {
    const engine = engineFor('SecRule ARGS:u "@endsWith %{request_headers.host}" "id:1,phase:2"');
    expect(engine.ask({ target: '/?u=a.example', headers: [['Host', 'a.example']] }).ids).toEqual(['1']);
    expect(engine.ask({ target: '/?u=a.example', headers: [['Host', 'b.example']] }).ids).toEqual([]);
  });
});

describe('the way through the rules', () => {
  it('skips by number, to a marker and to a rule', () => {
    const rules = (how: string) =>
      engineFor(`
      SecAction "id:1,phase:1,nolog,${how}"
      SecAction "id:2,phase:1"
      SecMarker HERE
      SecAction "id:3,phase:1"
      SecAction "id:4,phase:2"`).ask().ids;
    expect([rules('skip:1'), rules('skipAfter:HERE'), rules('skipAfter:3'), rules('pass')]).toEqual([
      ['3', '4'],
      ['3', '4'],
      ['4'],
      ['2', '3', '4'],
    ]);
  });

  it('does not load a jump to nowhere', () => {
    expect(() => engineFor('SecAction "id:1,skipAfter:NOWHERE"')).toThrow(/NOWHERE/);
  });

  it.each([
    ['allow', []],
    ['allow:phase', ['3', '4']],
    ['allow:request', ['4']],
  ])('%s', (how, ids) => {
    const engine = engineFor(`
      SecAction "id:1,phase:1,nolog,${how}"
      SecAction "id:2,phase:1"
      SecAction "id:3,phase:2"
      SecAction "id:4,phase:3"
      SecAction "id:5,phase:5,nolog"`);
    const reply = engine.ask({ response: {} });
    expect(reply.ids).toEqual(ids);
    expect(reply.matches.at(-1)?.rule.id).toBe('5');
  });

  it('compares after each step with multiMatch, and explains which one it was', () => {
    const engine = engineFor(
      'SecRule ARGS "@streq A%42" "id:1,phase:2,t:lowercase,t:urlDecode,multiMatch"\nSecRule ARGS "@streq ab" "id:2,phase:2,t:lowercase,t:urlDecode"',
    );
    const reply = engine.ask({ target: '/?x=A%2542' });
    expect(reply.ids).toEqual(['1']);
    const second = engine.ask({ target: '/?x=A%2562' });
    expect(second.ids).toEqual(['2']);
    expect(why(second.matches[0]!)[0]).toMatchObject({
      field: 'ARGS:x',
      operator: '@streq ab',
      steps: [
        { after: 'as it came', value: 'A%62' },
        { after: 'lowercase', value: 'a%62' },
        { after: 'urlDecode', value: 'ab' },
      ],
      hit: { offset: 0, length: 2, text: 'ab' },
    });
  });
});

describe('a map of code pages', () => {
  it('changes what urlDecodeUni makes of %uHHHH', () => {
    const set = readSecLang([{ file: 'a', text: 'SecRule ARGS "@streq \'" "id:1,phase:1,t:urlDecodeUni"' }]);
    const ids = (unicodeMap: Uint8Array | null) => {
      const waf = createWaf({ ...set, settings: { ...set.settings, unicodeMap } });
      const inspection = waf.inspect(
        { method: 'GET', target: '/?a=%25u2032', version: '1.1', headers: [] },
        { address: '' },
      );
      inspection.requestHead();
      return inspection.finish().map((match) => match.rule.id);
    };
    const map = new Uint8Array(65_536);
    map[0x2032] = 0x27;
    expect([ids(map), ids(null)]).toEqual([['1'], []]);
  });
});

describe('ctl', () => {
  const two = `
    SecRule ARGS "@rx x" "id:10,phase:2,tag:attack-a,msg:'Ten'"
    SecRule ARGS_NAMES "@rx x" "id:20,phase:2,tag:attack-b,chain"
      SecRule ARGS "@rx x" "t:none"`;
  it.each([
    ['ruleRemoveById=10', ['20']],
    ['ruleRemoveById=1-15', ['20']],
    ['ruleRemoveByTag=attack-', []],
    ['ruleRemoveByMsg=ten', ['20']],
    ['ruleRemoveTargetById=10;ARGS:x', ['20']],
    ['ruleRemoveTargetByTag=attack-b;ARGS_NAMES:/^x/', ['10']],
    ['ruleRemoveTargetByMsg=Ten;ARGS', ['20']],
    ['ruleEngine=Off', []],
    ['ruleRemoveTargetById=10;ARGS:other', ['10', '20']],
  ])('%s', (control, ids) => {
    const engine = engineFor(`SecAction "id:1,phase:1,nolog,ctl:'${control}'"${two}`);
    expect(engine.ask({ target: '/?x=x' }).ids).toEqual(ids);
    // What one request switched off is on for the next.
    expect(
      engine
        .inspect({ method: 'GET', target: '/', version: '1.1', headers: [] }, { address: '' })
        .transaction.removals.has(0),
    ).toBe(false);
  });

  it('chooses who reads the body', () => {
    const engine = engineFor(
      'SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,nolog,ctl:requestBodyProcessor=JSON"\nSecRule ARGS:json.a.b "@streq x" "id:2,phase:2"\nSecRule REQBODY_ERROR "@eq 1" "id:3,phase:2"',
    );
    expect(engine.ask({ headers: [['Content-Type', 'text/json']], body: '{"a":{"b":"x"}}' }).ids).toEqual(['2']);
    expect(engine.ask({ headers: [['Content-Type', 'text/json']], body: '{"a":' }).ids).toEqual(['3']);
    expect(engine.ask({ headers: [['Content-Type', 'text/plain']], body: '{"a":{"b":"x"}}' }).ids).toEqual([]);
  });

  it('shows a body that nobody reads when it is asked to', () => {
    const rule = 'SecRule REQUEST_BODY "@contains x" "id:2,phase:2"';
    expect(engineFor(rule).ask({ body: 'axb' }).ids).toEqual([]);
    expect(
      engineFor(`SecAction "id:1,phase:1,nolog,ctl:forceRequestBodyVariable=On"\n${rule}`).ask({ body: 'axb' }).ids,
    ).toEqual(['2']);
    expect(engineFor(rule).ask({ headers: form, body: 'axb' }).ids).toEqual(['2']);
  });
});

describe('modes', () => {
  const rules = 'SecRule ARGS "@rx x" "id:1,phase:1,deny,status:418"\nSecAction "id:2,phase:2"';
  it('refuses, watches or sleeps', () => {
    const on = engineFor(rules).ask({ target: '/?a=x' });
    expect([on.verdict, on.ids]).toMatchObject([{ kind: 'stop', how: 'deny', status: 418 }, ['1']]);
    const detect = engineFor(rules, { mode: 'detect' }).ask({ target: '/?a=x' });
    expect([detect.verdict.kind, detect.ids]).toEqual(['pass', ['1', '2']]);
    expect(detect.matches[0]).toMatchObject({ enforced: false, disruption: 'deny' });
    expect(detect.inspection.transaction.wouldStop?.rule.id).toBe('1');
    expect(engineFor(rules, { mode: 'off' }).ask({ target: '/?a=x' }).ids).toEqual([]);
  });

  it('redirects and drops', () => {
    expect(
      engineFor('SecAction "id:1,phase:1,redirect:\'https://x.example/?from=%{REQUEST_URI}\'"').ask({ target: '/a' })
        .verdict,
    ).toMatchObject({ how: 'redirect', status: 302, location: 'https://x.example/?from=/a' });
    expect(engineFor('SecAction "id:1,phase:1,drop"').ask().verdict).toMatchObject({ how: 'drop' });
  });
});

describe('conditions of other forms', () => {
  const match = (field: string, argument: string) =>
    ({
      kind: 'match',
      place: { file: 'x', line: 1 },
      targets: [{ field, selector: { kind: 'all' }, count: false }],
      exclusions: [],
      transforms: [],
      multiMatch: false,
      operator: 'contains',
      argument: [argument],
      negated: false,
    }) as const;
  const rule = (
    id: string,
    condition: Rule['links'][0]['condition'],
    effects: Rule['links'][0]['effects'] = [],
  ): Rule => ({
    kind: 'rule',
    id,
    place: { file: 'x', line: 1 },
    phase: 1,
    links: [{ place: { file: 'x', line: 1 }, condition, capture: false, effects, tags: [] }],
    disruption: { kind: 'pass' },
    status: null,
    log: true,
    auditLog: true,
    message: null,
    logData: null,
    severity: null,
    tags: [],
    version: null,
    revision: null,
    skip: 0,
    skipAfter: null,
  });
  it('joins with and, or and not, and asks for labels', () => {
    const label = { action: 'label', place: { file: 'x', line: 1 }, with: 'shop:bot' };
    const waf = createWaf({
      items: [
        rule('both', { kind: 'and', of: [match('REQUEST_URI', 'a'), { kind: 'not', of: match('REQUEST_URI', 'b') }] }, [
          label,
        ]),
        rule('either', { kind: 'or', of: [match('REQUEST_URI', 'b'), match('REQUEST_URI', 'c')] }),
        rule('labelled', { kind: 'label', label: 'shop:bot', namespace: false }),
        rule('namespace', { kind: 'label', label: 'shop:', namespace: true }),
      ],
      settings: defaultSettings,
      signatures: [],
    });
    const ids = (target: string) => {
      const inspection = waf.inspect({ method: 'GET', target, version: '1.1', headers: [] }, { address: '' });
      inspection.requestHead();
      return inspection.finish().map((found) => found.rule.id);
    };
    expect([ids('/a'), ids('/ab'), ids('/c')]).toEqual([['both', 'labelled', 'namespace'], ['either'], ['either']]);
  });
});
