import { describe, expect, it } from 'vitest';
import type { ActionDefinition } from './action.ts';
import { all as actionPages } from './actions/all.gen.ts';
import { fields } from './field-table.ts';
import type { RuleFiles } from './forms/seclang/draft.ts';
import { directives, readSecLang } from './forms/seclang/read.ts';
import { RuleError } from './rule-error.ts';
import { engineFor } from './testing/ask.ts';

const files: RuleFiles = { read: () => null, list: () => [] };
const read = (text: string) => readSecLang([{ file: 'example.conf', text }], { files });

describe('actions: every example of every page', () => {
  let rows = 0;
  const pages = actionPages as readonly ActionDefinition[];
  it.each(pages.map((page) => [page.name, page] as const))('%s', (name, page) => {
    for (const { text, refused } of page.examples) {
      rows++;
      // `id` stands last, so that an example of `id` itself is not overruled unread.
      const rest = ['id', 'phase'].filter((word) => !text.startsWith(`${word}:`)).map((word) => `${word}:1`);
      const chained = text === 'chain' ? '\nSecRule ARGS "@rx x" "t:none"' : '';
      const rule = `SecRule ARGS "@rx x" "${[text, ...rest].join(',')}"${chained}\nSecMarker END-CHECKS`;
      if (refused) expect(() => read(rule), text).toThrow(RuleError);
      else expect(read(rule).items, text).toHaveLength(2);
    }
    expect(page.says).toMatch(/\.$/);
    expect(name).toBe(page.name);
  });
  it('ran enough of them to mean something', () => {
    expect(pages.length).toBeGreaterThanOrEqual(35);
    expect(rows, `${rows} rows`).toBeGreaterThanOrEqual(50);
    console.info(`actions: ${pages.length} pages, ${rows} rows`);
  });
});

describe('directives: every example of every page', () => {
  let rows = 0;
  it.each(directives.map((page) => [page.name, page] as const))('%s', (_, page) => {
    for (const { text, refused } of page.examples) {
      rows++;
      if (refused) expect(() => read(text), text).toThrow(RuleError);
      else expect(() => read(text), text).not.toThrow();
    }
    expect(page.says).toMatch(/\.$/);
  });
  it('ran enough of them to mean something', () => {
    expect(directives.length).toBeGreaterThanOrEqual(30);
    expect(rows, `${rows} rows`).toBeGreaterThanOrEqual(60);
    console.info(`directives: ${directives.length} pages, ${rows} rows`);
  });
});

describe('fields', () => {
  it.each(fields.map((field) => [field.name, field] as const))(
    '%s can be read before anything has come',
    (name, field) => {
      const target = name === 'XML' ? 'XML:/*' : name;
      const { inspection } = engineFor(`SecRule ${target} "@rx ^$" "id:1,phase:1,pass,nolog"`).ask();
      const values = field.read(inspection.transaction);
      if (!field.keyed) expect(values).toHaveLength(1);
      for (const value of values) expect(value.name).toBe(field.keyed ? `${name}:${value.key}` : name);
    },
  );
  it('are all there', () => {
    expect(fields.length).toBeGreaterThanOrEqual(90);
    expect(new Set(fields.map((field) => field.name)).size).toBe(fields.length);
  });
});
