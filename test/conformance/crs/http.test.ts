import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCases } from './cases.ts';
import { expectedHttpFailures } from './http-expected-failures.ts';
import { runOverHttp } from './http.ts';

const data = '../shared/data/crs4';
const here = existsSync(data);
if (!here) console.warn(`the regression cases are not sent over HTTP: ${data} is absent`);

describe.runIf(here)('OWASP CRS 4, its own regression cases over HTTP', () => {
  it('passes 995 of 1,000 through the Node shell, and each failure has its reason', { timeout: 240_000 }, async () => {
    const cases = readCases(`${data}/tests`);
    const failed = await runOverHttp(data, cases);
    console.info(`CRS 4 over HTTP: ${cases.length - failed.length} of ${cases.length} cases pass`);
    expect(cases.length).toBeGreaterThanOrEqual(2400);
    expect(failed.filter(({ name }) => expectedHttpFailures[name] === undefined)).toEqual([]);
    expect(failed.length / cases.length).toBeLessThanOrEqual(0.005);
    const names = new Set(failed.map(({ name }) => name));
    expect(Object.keys(expectedHttpFailures).filter((name) => !names.has(name))).toEqual([]);
  });
});
