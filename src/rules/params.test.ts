import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { compileMap, type MapIssue } from './chain.ts';
import { all } from './pages/all.gen.ts';
import { allow, defineRule, type RuleDefinition } from './rule.ts';

const known = new Map((all as unknown as readonly RuleDefinition[]).map((rule) => [rule.name, rule]));
const issuesOf = (name: string, params: Record<string, unknown>): readonly MapIssue[] =>
  compileMap({ default: [{ name, params, mode: 'enforce' }] }, known, { secret: () => 'shh' }).issues;

/** Nothing here loads zod's own classes and their language, as nothing does in an authorizer. */
const slips: readonly (readonly [
  rule: string,
  params: Record<string, unknown>,
  at: string,
  wanted: RegExp,
  found: string,
  hint: RegExp,
])[] = [
  ['user-agent', { required: 'yes' }, 'required', /^a boolean$/, '"yes"', /User-Agent is denied/],
  ['user-agent', { deny: ['('] }, 'deny.0', /^a regular expression$/, '"("', /./],
  ['user-agent', { deny: 'bot' }, 'deny', /^an array$/, '"bot"', /Patterns/],
  ['user-agent', { scaners: true }, 'scaners', /^one of required, scanners/, '"scaners"', /did you mean "scanners"/],
  ['hmac-signature', {}, 'secrets', /^an array$/, 'nothing', /^add it: Names of the secrets/],
  ['hmac-signature', { secrets: [] }, 'secrets', /^at least 1$/, '[]', /./],
  ['hmac-signature', { secrets: ['S'], hash: 'sha265' }, 'hash', /^one of "sha1"/, '"sha265"', /mean "sha256"/],
  ['size-limits', { body: 'big' }, 'body', /^bytes as a number or/, '"big"', /for example "1mb"/],
  ['size-limits', { body: true }, 'body', /^one of the forms/, 'true', /for example "1mb"/],
  ['size-limits', { headerCount: 1.5 }, 'headerCount', /^an int/, '1.5', /Header lines/],
  ['method-and-path', { methods: ['get'] }, 'methods.0', /^a method in capitals$/, '"get"', /./],
  ['method-and-path', { allow: ['orders'] }, 'allow.0', /^a path that begins with "\/"$/, '"orders"', /./],
  ['header-check', { required: ['a b'] }, 'required.0', /^a header name/, '"a b"', /for example "x-api-key"/],
  ['header-check', { match: { 'a b': 'x' } }, 'match.a b', /^a header name/, '"a b"', /docs\/reference\/rules.md/],
  ['ip-set', { allow: ['10.0.0.0/99'] }, 'allow.0', /^an address or CIDR block/, '"10.0.0.0/99"', /"10.0.0.0\/8"/],
  ['ip-set', {}, '', /^`allow`, `deny` or both/, '{}', /./],
];

describe("what is wrong with a rule's parameters", () => {
  it('has a row for every rule', () => {
    expect(slips.length).toBeGreaterThanOrEqual(16);
    expect(new Set(slips.map(([name]) => name))).toEqual(new Set(known.keys()));
  });

  it.each(slips)('%s %j', (name, params, at, wanted, found, hint) => {
    const [issue, ...more] = issuesOf(name, params);
    expect(more).toEqual([]);
    expect(issue?.path.join('.')).toBe(at === '' ? 'default.0.params' : `default.0.params.${at}`);
    expect(issue?.wanted).toMatch(wanted);
    expect(issue?.found).toBe(found);
    expect(issue?.hint).toMatch(hint);
  });
});

describe('parameters that are made when they are needed', () => {
  it('are made once, and only for rules that a map names', () => {
    let made = 0;
    const rule = defineRule({
      name: 'late',
      says: 'Late.',
      params: () => {
        made++;
        return z.strictObject({ word: z._default(z.string(), 'tea') });
      },
      check: ({ word }) => {
        expect(word).toBe('tea');
        return () => allow;
      },
    });
    const rules = new Map([...known, ['late', rule as unknown as RuleDefinition]]);
    const compile = (...names: string[]): void => {
      const calls = names.map((name) => ({ name, params: {}, mode: 'enforce' as const }));
      expect(compileMap({ default: calls }, rules, { secret: () => null }).issues).toEqual([]);
    };
    compile('user-agent');
    expect(made).toBe(0);
    compile('late', 'late');
    expect(made).toBe(1);
  });
});
