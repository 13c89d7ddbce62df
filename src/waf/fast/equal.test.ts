import { describe, expect, it } from 'vitest';
import { engineFor, type Question } from '../testing/ask.ts';
import { fastRunner } from './runner.ts';

const json = [['Content-Type', 'application/json']] as const;
const score = 'setvar:tx.inbound_anomaly_score_pl1=+5';
const block = `SecRule TX:inbound_anomaly_score_pl1 "@ge 5" "id:999,phase:2,deny"`;

const cases: readonly {
  readonly what: string;
  readonly rules: string;
  readonly asks: readonly Question[];
  /** What the reference says, so that a row which tells nothing is seen. */
  readonly ids: readonly (readonly string[])[];
}[] = [
  {
    what: 'a count, with a target that the request itself has left out',
    rules: `
      SecRule ARGS:off "@streq 1" "id:1,phase:1,nolog,pass,ctl:ruleRemoveTargetById=2;ARGS:a"
      SecRule &ARGS:a "@eq 0" "id:2,phase:2,deny"`,
    asks: [{ target: '/?a=1' }, { target: '/?a=1&off=1' }, { target: '/?off=1' }],
    ids: [[], ['2'], ['2']],
  },
  {
    what: 'a count in the phase of the rule that leaves the target out, and in a chain',
    rules: `
      SecRule ARGS:off "@streq 1" "id:1,phase:2,nolog,pass,ctl:ruleRemoveTargetById=2;ARGS:a"
      SecRule ARGS:b "@streq x" "id:2,phase:2,deny,chain"
        SecRule ARGS "@rx ." "chain"
        SecRule &ARGS:off "@eq 1" "t:none"
      SecRule &ARGS:a "@eq 0" "id:3,phase:2,pass,chain"
        SecRule ARGS:b "@streq y" "t:none"`,
    asks: [{ target: '/?a=1&b=x&off=1' }, { target: '/?a=1&b=y&off=1' }, { target: '/?b=y' }],
    ids: [['2'], [], ['3']],
  },
  {
    what: 'rules that are switched off for a kind of body',
    rules: `
      SecRequestBodyAccess On
      SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:6,phase:1,nolog,pass,ctl:requestBodyProcessor=JSON"
      SecAction "id:5,phase:1,nolog,pass,setvar:tx.most=3"
      SecRule REQBODY_PROCESSOR "@streq JSON" "id:1,phase:2,nolog,pass,ctl:ruleRemoveById=2"
      SecRule ARGS "@contains bad" "id:2,phase:2,pass,log,${score}"
      SecRule ARGS "@contains worse" "id:3,phase:2,pass,log,${score}"
      SecRule &ARGS "@gt %{tx.most}" "id:4,phase:2,pass,log,${score}"
      ${block}`,
    asks: [
      { target: '/?a=bad' },
      { method: 'POST', headers: json, body: '{"a":"bad"}' },
      { method: 'POST', headers: json, body: '{"a":"worse bad"}' },
      { method: 'POST', headers: json, body: '[1,2,3,4]' },
    ],
    ids: [['2', '999'], [], ['3', '999'], ['4', '999']],
  },
  {
    what: 'a rule that prepares others, switched off by a request',
    rules: `
      SecRule ARGS:off "@streq 1" "id:1,phase:1,nolog,pass,ctl:ruleRemoveById=5"
      SecAction "id:5,phase:2,nolog,pass,setvar:tx.most=1"
      SecRule ARGS:a "@gt %{tx.most}" "id:6,phase:2,pass,log,${score}"
      ${block}`,
    asks: [{ target: '/?a=1' }, { target: '/?a=1&off=1' }],
    ids: [[], ['6', '999']],
  },
  {
    what: 'notes that a request takes, and a rule that reads them',
    rules: `
      SecRule ARGS_NAMES "@rx ." "id:1,phase:2,nolog,pass,setvar:'tx.count_%{MATCHED_VAR}=+1'"
      SecRule ARGS:seen "@rx (\\w+)-(\\w+)" "id:2,phase:2,nolog,pass,capture,setvar:'tx.seen=%{tx.2}'"
      SecRule TX:/^count_/ "@gt 1" "id:3,phase:2,pass,log,msg:'twice %{MATCHED_VAR_NAME}',${score}"
      SecRule TX:seen "@streq cat" "id:4,phase:2,pass,log,msg:'saw %{tx.seen} %{tx.1}',${score}"
      ${block}`,
    asks: [
      { target: '/?a=1&b=2' },
      { target: '/?a=1&a=2' },
      { target: '/?seen=black-cat' },
      { target: '/?seen=a-dog' },
    ],
    ids: [[], ['3', '999'], ['4', '999'], []],
  },
  {
    what: 'captures and messages of several findings, read late',
    rules: `
      SecRule ARGS "@rx (x)(y)?" "id:1,phase:2,pass,log,capture,msg:'%{tx.0} in %{MATCHED_VAR_NAME}',logdata:'%{tx.1}|%{tx.2}|%{tx.n}',setvar:tx.n=+1"
      SecRule ARGS "@rx (z)" "id:2,phase:2,pass,log,capture,msg:'%{tx.0} and %{tx.2}',chain"
        SecRule TX:1 "@streq z" "setvar:tx.n=+1"`,
    asks: [{ target: '/?a=xy&b=xx&c=z' }, { target: '/?c=z' }],
    ids: [['1', '1', '2'], ['2']],
  },
];

describe('the fast way and the plain way come to the same', () => {
  it.each(cases)('with $what', ({ rules, asks, ids }) => {
    const plain = engineFor(rules);
    const fast = engineFor(rules, { runner: fastRunner });
    for (const [at, question] of asks.entries()) {
      const told = [plain, fast].map((engine) => {
        const { verdict, matches, inspection } = engine.ask(question);
        const found = matches.filter(({ logged }) => logged);
        return {
          verdict: verdict.kind,
          ids: found.map(({ rule }) => rule.id),
          score: inspection.transaction.score,
          texts: found.map(({ message, logData, score: sofar }) => [message, logData, sofar]),
          evidence: found.map(({ evidence }) => evidence.map(({ field, seen, offset }) => [field, seen, offset])),
        };
      });
      expect(told[0]!.ids, `${at}`).toEqual(ids[at]);
      expect(told[1], `${at}`).toEqual(told[0]);
    }
  });

  it('fills the texts of a finding with what was captured for it, though they are read at the end', () => {
    const { matches } = engineFor(cases[5]!.rules).ask({ target: '/?a=xy&b=xx&c=z' });
    expect(matches.map(({ message, logData }) => [message, logData])).toEqual([
      ['xy in ARGS:a', 'x|y|1'],
      ['x in ARGS:b', 'x||2'],
      ['z and ', ''],
    ]);
  });
});
