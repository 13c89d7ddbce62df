import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conformancePage, testedRules } from '../../../scripts/api-conformance.ts';
import { apiRules } from './rules.ts';

describe('the list of rules', () => {
  const tested = testedRules();

  it('has a test for every rule that it says is held', () => {
    const held = apiRules.filter((rule) => rule.status !== 'absent');
    expect(held.filter((rule) => !tested.has(rule.id)).map((rule) => rule.id)).toEqual([]);
    expect(held.length).toBeGreaterThanOrEqual(100);
  });

  it('names every rule that a test is named after', () => {
    const known = new Set(apiRules.map((rule) => rule.id));
    expect([...tested.keys()].filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBe(apiRules.length);
  });

  it('is written down as it is', () => {
    expect(readFileSync(resolve(import.meta.dirname, '../../../docs/gateway-conformance.md'), 'utf8')).toBe(
      conformancePage(),
    );
  });
});
