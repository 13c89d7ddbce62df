import { describe, expect, it } from 'vitest';
import { globalRegistry, parse, type ZodMiniObject } from 'zod/mini';
import { HeaderList } from '../http/headers.ts';
import { parseTarget, type Target } from '../http/target.ts';
import { utf8 } from '../base/bytes.ts';
import { all } from './pages/all.gen.ts';
import type { RuleDefinition, RuleExample, RuleRequest } from './rule.ts';

const definitions = all as unknown as readonly RuleDefinition[];

const requestOf = ({ request }: RuleExample<unknown>): RuleRequest => {
  const target = parseTarget(request.target ?? '/') as Target;
  return {
    method: request.method ?? 'GET',
    path: target.path,
    rawPath: target.rawPath,
    rawQuery: target.rawQuery,
    headers: HeaderList.of((request.headers ?? {}) as Record<string, string>),
    address: request.address ?? '192.0.2.1',
    peer: request.peer ?? request.address ?? '192.0.2.1',
    tenant: request.tenant ?? null,
    resource: `arn:aws:execute-api:us-east-1:000000000000:local/prod/${request.method ?? 'GET'}${target.path}`,
    body: request.body === undefined ? null : utf8(request.body),
    bodyWhole: true,
    now: 0,
  };
};

const rows = definitions.flatMap((rule) =>
  rule.examples.map((example, at) => ({ name: `${rule.name} ${at + 1}`, rule, example })),
);

describe('the examples on the pages of rules', () => {
  it('are enough: every page has one that is allowed and one that is not', () => {
    expect(definitions.length).toBeGreaterThanOrEqual(5);
    expect(rows.length).toBeGreaterThanOrEqual(45);
    for (const rule of definitions) {
      const verdicts = new Set(rule.examples.map((example) => example.verdict));
      expect([rule.name, verdicts.has('allow'), verdicts.has('deny') || verdicts.has('count')]).toEqual([
        rule.name,
        true,
        true,
      ]);
    }
  });

  it.each(rows)('$name', async ({ rule, example }) => {
    const verdict = await rule.check(parse(rule.params, example.params), {
      secret: (name) => example.secrets?.[name] ?? null,
    })(requestOf(example));
    expect(verdict.kind).toBe(example.verdict);
  });

  it('every parameter is explained', () => {
    for (const rule of definitions) {
      const { shape } = rule.params as ZodMiniObject;
      expect(Object.keys(shape), rule.name).not.toEqual([]);
      for (const [name, schema] of Object.entries(shape))
        expect([rule.name, name, globalRegistry.get(schema)?.description]).toEqual([
          rule.name,
          name,
          expect.any(String),
        ]);
    }
  });
});
