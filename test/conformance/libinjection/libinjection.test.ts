import { describe, expect, it } from 'vitest';
import { scripts } from '../../../src/waf/languages/html/detect.ts';
import { injects } from '../../../src/waf/languages/sql/detect.ts';
import { corpus, type Family } from './corpus.ts';
import { ask, recorded, type Verdicts } from './oracle.ts';

const families = corpus();
const program = process.env['ORACLE'];

/** Shares of values on which both say the same, and how many each of the two has for itself. */
function compare(verdicts: readonly Verdicts[], wanted: (family: Family) => boolean, sql: boolean) {
  const sum = { values: 0, agree: 0, onlyOurs: 0, onlyTheirs: 0 };
  families.forEach((family, at) => {
    if (!wanted(family)) return;
    const theirs = (verdicts[at] as Verdicts)[sql ? 'sql' : 'html'];
    family.values.forEach((value, row) => {
      const mine = sql ? injects(value) : scripts(value);
      sum.values++;
      if (mine === theirs[row]) sum.agree++;
      else if (mine) sum.onlyOurs++;
      else sum.onlyTheirs++;
    });
  });
  return sum;
}

function bounds(verdicts: readonly Verdicts[]): void {
  const attacks = compare(verdicts, (family) => family.kind === 'sqli' && family.name !== 'beyond', true);
  expect(attacks.values).toBeGreaterThan(5000);
  expect(attacks.agree / attacks.values).toBeGreaterThan(0.97);
  expect(attacks.onlyTheirs / attacks.values).toBeLessThan(0.002);

  const beyond = compare(verdicts, (family) => family.name === 'beyond', true);
  expect(beyond.values).toBeGreaterThan(400);
  expect(beyond.onlyTheirs).toBe(0);
  expect(beyond.onlyOurs / beyond.values).toBeGreaterThan(0.5);

  const markup = compare(verdicts, (family) => family.kind === 'xss', false);
  expect(markup.values).toBeGreaterThan(2500);
  expect(markup.agree / markup.values).toBeGreaterThan(0.97);
  expect(markup.onlyTheirs / markup.values).toBeLessThan(0.005);

  for (const sql of [true, false]) {
    const benign = compare(verdicts, (family) => family.kind === 'benign', sql);
    expect(benign.values).toBeGreaterThan(4000);
    expect(benign.onlyOurs * 20).toBeLessThan(benign.onlyTheirs);
  }
}

describe('against libinjection, over the generated corpus', () => {
  it('agrees with the recorded verdicts within the stated bounds', () => bounds(recorded(families)));

  it.skipIf(program === undefined)(
    'agrees with the live oracle, and the record is true (needs ORACLE, a program; see docs/waf/sqli-and-xss.md)',
    () => {
      const live = ask(program as string, families);
      expect(recorded(families)).toEqual(live);
      bounds(live);
    },
  );

  it('few benign values are taken for attacks', () => {
    const values = families.filter((family) => family.kind === 'benign').flatMap((family) => family.values);
    expect(values.filter(injects).length / values.length).toBeLessThan(0.003);
    expect(values.filter(scripts).length / values.length).toBeLessThan(0.001);
  });

  it('the attacks are attacks', () => {
    for (const family of families) {
      if (family.kind === 'benign') continue;
      const hits = family.values.filter(family.kind === 'sqli' ? injects : scripts).length;
      expect(hits / family.values.length, family.name).toBeGreaterThan(0.95);
    }
  });
});
