import { describe, expect, it } from 'vitest';
import { parseDocument } from '../config/parse.ts';
import { registry } from '../pipeline/registry.ts';
import { readWebAcl } from '../waf/forms/webacl/read.ts';
import { runWebAcl } from '../waf/forms/webacl/run.ts';
import { template } from '../waf/forms/webacl/template.ts';
import { nativeAcl } from './native.ts';
import type { Front } from './fronts.ts';
import { plan } from './plan.ts';

const known = registry();
const documentOf = (map: object) => {
  const { document, issues } = parseDocument({ rules: { map } });
  if (document === null) throw new Error(JSON.stringify(issues));
  return document;
};
const engineOf = (map: object) => {
  const written = nativeAcl(documentOf(map), known.rules);
  return { written, engine: runWebAcl(readWebAcl(template(written, 'REGIONAL'))) };
};

describe('built-in rules as AWS statements', () => {
  let rows = 0;
  const examples = [...known.rules.values()].flatMap((rule) =>
    rule.examples.map((example, at) => ({ rule, example, at })),
  );
  it.each(examples.map((each) => [`${each.rule.name} ${each.at}`, each] as const))(
    '%s: AWS decides as the rule does, or says that it cannot',
    (_, { rule, example }) => {
      const { written, engine } = engineOf({
        default: [{ name: rule.name, params: example.params as Record<string, unknown> }],
      });
      const fidelity = written.calls[0];
      if (fidelity?.certainty !== 'exact') {
        expect(fidelity?.reasons.length).toBeGreaterThan(0);
        return;
      }
      rows++;
      const { method = 'GET', target = '/', headers = {}, address = '127.0.0.1', body = '' } = example.request;
      const pairs = Array.isArray(headers)
        ? (headers as [string, string][])
        : Object.entries(headers as Record<string, string>);
      const decision = engine.inspect(
        { method, target, version: '1.1', headers: pairs },
        { address: address.replace('::ffff:', '') },
        new TextEncoder().encode(body),
      );
      expect(decision.action === 'BLOCK' ? 'deny' : decision.nonTerminating.length > 0 ? 'count' : 'allow').toBe(
        example.verdict,
      );
    },
  );
  it('compares enough to mean something', () => expect(rows, `${rows} rows`).toBeGreaterThanOrEqual(20));
});

describe('the resource map as a web ACL', () => {
  const { written, engine } = engineOf({
    default: [{ name: 'user-agent', params: { scanners: false } }],
    '/orders/*': [{ name: 'method-and-path', params: { methods: ['GET'] } }],
    'POST /orders/bulk': [{ name: 'header-check', params: { required: ['x-bulk'] } }],
  });
  const ask = (method: string, target: string, headers: readonly (readonly [string, string])[] = []) =>
    engine.inspect({ method, target, version: '1.1', headers }, { address: '192.0.2.1' }).terminatingRule;
  it('asks the most specific resource alone', () => {
    expect(ask('GET', '/')).toContain('user-agent-missing');
    expect(ask('GET', '/orders/1')).toBe('Default_Action');
    expect(ask('POST', '/orders/1')).toContain('method-and-path-method');
    expect(ask('POST', '/orders/bulk')).toContain('header-check');
    expect(ask('POST', '/orders/bulk', [['x-bulk', '1']])).toBe('Default_Action');
  });
  it('fits and says what it costs', () => {
    expect(written.problems).toEqual([]);
    expect(written.capacity).toBeGreaterThan(20);
    expect(written.capacity).toBeLessThan(200);
  });
});

describe('plan', () => {
  const document = documentOf({
    default: [{ name: 'user-agent' }],
    'POST /hook': [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-hub-signature-256' } }],
  });
  const choices = (front: Front) =>
    plan(document, known, front).rules.map((rule) => `${rule.rule}: ${rule.chosen ?? 'nowhere'}`);
  it.each([
    ['http-api', ['user-agent: function', 'hmac-signature: function']],
    ['rest-api', ['user-agent: web-acl', 'hmac-signature: function']],
    ['cloudfront', ['user-agent: web-acl', 'hmac-signature: function']],
    ['authorizer', ['user-agent: authorizer', 'hmac-signature: nowhere']],
  ] as const)('%s', (front, expected) => {
    expect(choices(front).toSorted()).toEqual(expected.toSorted());
  });
  it('a body rule on an authorizer is an error that names the alternatives', () => {
    const { errors } = plan(document, known, 'authorizer');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/never given the body.*Instead:.*protect\(\).*or run Sallyport on a machine/);
  });
});
