import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../src/base/clock.ts';
import { diskFiles } from '../../src/node/rule-files.ts';
import { loadCrs } from '../../src/waf/crs/load.ts';
import { createWaf, type Waf } from '../../src/waf/engine.ts';
import { fastRunner } from '../../src/waf/fast/runner.ts';
import { plainRunner } from '../../src/waf/plain.ts';
import { readSecLang } from '../../src/waf/forms/seclang/read.ts';
import { messageJudge, type MessageJudge, type WafMessage } from '../../src/waf/message.ts';
import { overlay } from '../../src/waf/overlay.ts';
import { Passed } from '../../src/waf/passed.ts';
import { readCases } from '../conformance/crs/cases.ts';
import { receive } from '../conformance/crs/front-door.ts';
import { wireRequest } from '../conformance/crs/wire-request.ts';

const data = '../shared/data/crs4';
const here = existsSync(data);
if (!here) console.warn(`messages are not judged by the rule set: ${data} is absent`);

const address = '192.0.2.7';
const path = '/say';
const asText = (text: string, kind: 'json' | 'text'): WafMessage => ({
  path,
  address,
  kind,
  text,
  bytes: new TextEncoder().encode(text),
});
const asBytes = (text: string): WafMessage => ({
  path,
  address,
  kind: 'bytes',
  text: null,
  bytes: Buffer.from(text, 'latin1'),
});

function findings(judge: MessageJudge, message: WafMessage): unknown {
  const seen = judge.judge(message);
  if (seen === null) return 'passed';
  const { matches, wouldStop, score } = seen.inspection.transaction;
  const told = matches.filter(({ logged }) => logged);
  return {
    verdict: seen.verdict.kind,
    rule: seen.verdict.kind === 'stop' ? seen.verdict.rule.id : (wouldStop?.rule.id ?? null),
    score,
    told: told.map(({ rule, message: says, evidence }) => [
      rule.id,
      says,
      evidence.map(({ field, seen: at }) => [field, at]),
    ]),
  };
}

/** What the cases of the rule set send, as messages of each kind. */
function* messages(every: number): Generator<WafMessage> {
  let at = 0;
  for (const { stages } of readCases(`${data}/tests`)) {
    for (const stage of stages) {
      if (at++ % every !== 0) continue;
      const { body, request } = receive(wireRequest(stage));
      const text =
        body === '' ? decodeURIComponent(request.target.replace(/%(?![0-9a-fA-F]{2})|%[89a-fA-F]./g, '%25')) : body;
      yield asText(JSON.stringify({ action: 'say', room: ['a', { text }] }), 'json');
      yield asText(text, 'text');
      yield asBytes(text);
    }
  }
}

describe.runIf(here)('messages under a head that was judged once', () => {
  it.each([
    { paranoia: 1, mode: 'on', every: 6 },
    { paranoia: 4, mode: 'detect', every: 23 },
  ] as const)(
    'come to what a whole request would, at level $paranoia',
    { timeout: 180_000 },
    ({ paranoia, mode, every }) => {
      const { set } = loadCrs({ path: data, files: diskFiles, paranoia, mode });
      const readFile = (name: string): string | null => diskFiles.read(name);
      const whole = createWaf(set, { readFile, runner: plainRunner });
      const quick = createWaf(set, { readFile, runner: fastRunner });
      const exclude = (waf: Waf) => [
        overlay(waf.program, { exclusions: [{ rules: 942100 }, { rules: '932000-932999', target: 'ARGS' }] }),
      ];
      const pairs = [
        [messageJudge(whole, []), messageJudge(quick, [])],
        [messageJudge(whole, exclude(whole)), messageJudge(quick, exclude(quick))],
      ] as const;
      let rows = 0;
      let stopped = 0;
      for (const message of messages(every)) {
        for (const [reference, judge] of pairs) {
          const expected = findings(reference, message);
          expect(JSON.stringify(findings(judge, message))).toBe(JSON.stringify(expected));
          if (message.text !== null && judge.isKnown(path, address, message.text)) expect(expected).toBe('passed');
          rows++;
          if (expected !== 'passed') stopped++;
        }
      }
      expect(rows).toBeGreaterThan(600);
      expect(stopped).toBeGreaterThan(rows / 10);
    },
  );

  it('finds nothing in the head itself, and knows a text that passed', () => {
    const { set } = loadCrs({ path: data, files: diskFiles, paranoia: 1 });
    const judge = messageJudge(createWaf(set, { readFile: (name) => diskFiles.read(name), runner: fastRunner }), []);
    const say = '{"action":"say","text":"hello there"}';
    expect(judge.isKnown(path, address, say)).toBe(false);
    for (const message of [asText(say, 'json'), asText('ping', 'text'), asBytes('beat')])
      expect(judge.judge(message)).toBeNull();
    expect([
      judge.isKnown(path, address, say),
      judge.isKnown('/other', address, say),
      judge.isKnown(path, '192.0.2.8', say),
    ]).toEqual([true, false, false]);
    // What says that it is a secret is not kept.
    const login = '{"password":"hello there"}';
    expect([judge.judge(asText(login, 'json')), judge.isKnown(path, address, login)]).toEqual([null, false]);
  });
});

describe('messages under rules that count', () => {
  const count = (rules: string, wait = 0): readonly (string | boolean)[] => {
    const clock = manualClock();
    const set = readSecLang([{ file: 'count.conf', text: `SecRequestBodyAccess On\n${rules}` }]);
    const judge = messageJudge(createWaf(set, { clock, runner: fastRunner }), []);
    return [1, 2, 3].map(() => {
      if (judge.isKnown(path, address, 'beat')) return 'known';
      clock.turn(wait);
      return judge.judge(asText('beat', 'text'))?.verdict.kind ?? 'pass';
    });
  };

  it.each([
    ['in phase 1', 1],
    ['in phase 2', 2],
  ] as const)('are asked about each time, %s', (_, phase) => {
    expect(
      count(`
        SecAction "id:1,phase:1,nolog,pass,initcol:ip=%{REMOTE_ADDR}"
        SecRule REMOTE_ADDR "@rx ." "id:2,phase:${phase},nolog,pass,setvar:ip.seen=+1"
        SecRule IP:seen "@ge 3" "id:3,phase:2,deny"`),
    ).toEqual(['pass', 'pass', 'stop']);
  });

  it('are asked about each time where the hour counts', () => {
    expect(count('SecRule TIME_SEC "@ge 2" "id:1,phase:1,deny"', 1000)).toEqual(['pass', 'stop', 'stop']);
    expect(count('SecRule TIME_SEC "@ge 2" "id:1,phase:2,deny"', 1000)).toEqual(['pass', 'stop', 'stop']);
  });

  it('are known where nothing counts', () => {
    expect(count('SecRule REQUEST_BODY|ARGS "@streq x" "id:1,phase:2,deny"')).toEqual(['pass', 'known', 'known']);
  });
});

describe('messages after one that passed', () => {
  it.each([
    ['counts values', 'SecRule &ARGS "@ge 2" "id:1,phase:2,deny"'],
    ['asks a macro', 'SecRule REQUEST_METHOD "@streq %{ARGS.json.stop}T" "id:1,phase:2,deny"'],
    [
      'writes down a value',
      'SecAction "id:1,phase:2,nolog,pass,setvar:tx.a=%{ARGS.json.stop}"\nSecRule TX:a "@streq POS" "id:2,phase:2,deny"',
    ],
    [
      'asks for a value behind the head',
      'SecRule REQUEST_METHOD "@streq POST" "id:1,phase:2,deny,chain"\nSecRule ARGS "@rx ^POS"',
    ],
    ['asks for the length', 'SecRule REQUEST_BODY_LENGTH "@gt 12" "id:1,phase:2,deny"'],
  ])('are judged by themselves where a rule %s', (_, rules) => {
    const json = 'SecAction "id:9,phase:1,nolog,pass,ctl:requestBodyProcessor=JSON"';
    const set = readSecLang([{ file: 'next.conf', text: `SecRequestBodyAccess On\n${json}\n${rules}` }]);
    for (const runner of [fastRunner, plainRunner]) {
      const judge = messageJudge(createWaf(set, { runner }), []);
      const said = ['{"go":1}', '{"go":2}', '{"go":3,"stop":"POS"}', '{"go":4}'].map(
        (text) => judge.judge(asText(text, 'json'))?.verdict.kind ?? 'pass',
      );
      expect(said).toEqual(['pass', 'pass', 'stop', 'pass']);
    }
  });
});

describe('texts that passed', () => {
  it('are kept one by one again when one came that was known', () => {
    const passed = new Passed();
    const known = (text: string): boolean => {
      passed.add('/', 'a', text);
      return passed.has('/', 'a', text);
    };
    for (let i = 0; i < 4000; i++) passed.add('/', 'a', `none like ${i}`);
    const tries = Array.from({ length: 40 }, (_, i) => known(`text ${i}`));
    const first = tries.indexOf(true);
    expect(first).toBeGreaterThan(0);
    expect(tries.slice(first)).not.toContain(false);
  });

  it('go when there are too many of them, the older half first', () => {
    const passed = new Passed();
    passed.add('/', 'a', 'first');
    for (let i = 0; i < 400; i++) passed.add('/', 'a', String(i).padStart(1000, '.'));
    expect(passed.has('/', 'a', 'first')).toBe(true);
    for (let i = 0; i < 800; i++) {
      passed.add('/', 'a', String(i).padStart(1000, '-'));
      if (i % 300 === 0) passed.has('/', 'a', 'first');
    }
    expect(passed.has('/', 'a', 'first')).toBe(true);
    expect(passed.has('/', 'a', '1'.padStart(1000, '.'))).toBe(false);
    for (let i = 0; i < 1200; i++) passed.add('/', `address ${i}`, String(i).padStart(1000, '_'));
    expect([passed.has('/', 'a', 'first'), passed.has('/', 'a', '1'.padStart(1000, '-'))]).toEqual([false, false]);
  });
});
