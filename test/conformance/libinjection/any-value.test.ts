import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlVerdict, scripts } from '../../../src/waf/languages/html/detect.ts';
import { HTML_MARKS, mayScript } from '../../../src/waf/languages/html/gate.ts';
import { DATA, HtmlReader, UNQUOTED } from '../../../src/waf/languages/html/reader.ts';
import { injects, sqlVerdict } from '../../../src/waf/languages/sql/detect.ts';
import { mayInject } from '../../../src/waf/languages/sql/gate.ts';
import { Grammar } from '../../../src/waf/languages/sql/grammar.ts';
import { corpus } from './corpus.ts';
import { HOSTILE, work } from './hostile.ts';

const pieces = fc.constantFrom(
  ...HOSTILE,
  'select',
  'union',
  ' ',
  'or',
  '1',
  'x',
  '=',
  'from',
  'drop table ',
  'sleep',
  'not',
  'between',
  'and',
  'into outfile ',
  'exec ',
);
const sqlish = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const bytes = fc.array(fc.nat({ max: 255 }), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes));

describe('SQL injection, for any value', () => {
  it('the detector answers, and its two questions agree', () => {
    fc.assert(
      fc.property(fc.oneof(sqlish, bytes), (value) => {
        const verdict = sqlVerdict(value);
        expect(injects(value)).toBe(verdict !== null);
        if (verdict === null) return;
        expect(verdict.end).toBeLessThanOrEqual(value.length);
        expect(verdict.form.length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('the gate lets every attack of the corpus pass that the grammar knows', () => {
    const grammar = new Grammar();
    const attacks = corpus().flatMap((family) => (family.kind === 'sqli' ? family.values : []));
    const hits = attacks.filter((value) => grammar.judge(value, false, 0) !== 0);
    expect(hits.length).toBeGreaterThan(1500);
    expect(hits.filter((value) => !mayInject(value))).toEqual([]);
  });

  it('the work grows with the length and no faster', () => {
    expect(HOSTILE.length).toBeGreaterThan(80);
    for (const unit of HOSTILE) {
      const long = work(unit.repeat(Math.ceil(8000 / unit.length)), injects) / 8000;
      const short = work(unit.repeat(Math.ceil(1000 / unit.length)), injects) / 1000;
      expect(long, JSON.stringify(unit)).toBeLessThan(short * 1.3 + 1);
      expect(long, JSON.stringify(unit)).toBeLessThan(60);
    }
  });
});

const tags = fc.constantFrom(
  ...HOSTILE,
  'script',
  '<b',
  ' onerror=',
  '>',
  '"',
  "'",
  'x',
  '=',
  'href=',
  'javascript:',
  ' ',
);
const markup = fc.array(tags, { maxLength: 40 }).map((parts) => parts.join(''));

describe('script injection, for any value', () => {
  it('the detector answers, its two questions agree, and a hit has one of the marks', () => {
    fc.assert(
      fc.property(fc.oneof(markup, bytes), (value) => {
        const verdict = htmlVerdict(value);
        expect(scripts(value)).toBe(verdict !== null);
        if (verdict === null) return;
        expect(HTML_MARKS.split('').some((mark) => value.includes(mark))).toBe(true);
        expect(verdict.offset + verdict.length).toBeLessThanOrEqual(value.length);
      }),
      { numRuns: 3000 },
    );
  });

  it('the work grows with the length and no faster', () => {
    for (const unit of HOSTILE) {
      const long = work(unit.repeat(Math.ceil(8000 / unit.length)), scripts) / 8000;
      const short = work(unit.repeat(Math.ceil(1000 / unit.length)), scripts) / 1000;
      expect(long, JSON.stringify(unit)).toBeLessThan(short * 1.3 + 1);
      expect(long, JSON.stringify(unit)).toBeLessThan(60);
    }
  });

  it('the gate lets every hit pass', () => {
    const reader = new HtmlReader();
    let hits = 0;
    fc.assert(
      fc.property(fc.oneof(markup, bytes), fc.constantFrom(DATA, UNQUOTED, 0x22, 0x27, 0x60), (value, place) => {
        if (reader.judge(value, place) === 0) return;
        hits++;
        expect(mayScript(value), JSON.stringify(value)).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(hits).toBeGreaterThan(20);
  });
});
