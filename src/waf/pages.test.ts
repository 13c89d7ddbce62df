import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultBodyLimits, type BodyProcessorDefinition } from './bodies/body-view.ts';
import type { OperatorContext, OperatorDefinition } from './operator.ts';
import { RuleError } from './rule-error.ts';
import type { TransformDefinition } from './transform.ts';

/** Every definition page of a folder, by file name. The folder is the registry, so a new page is tested unasked. */
async function pages<T>(folder: string): Promise<readonly (readonly [string, T])[]> {
  const url = new URL(`./${folder}/`, import.meta.url);
  if (!existsSync(url)) return [];
  const files = readdirSync(url).filter((file) => /^[a-z0-9-]+\.ts$/.test(file));
  const found: (readonly [string, T])[] = [];
  for (const file of files) {
    const module = (await import(new URL(file, url).href)) as { default?: T };
    if (module.default !== undefined) found.push([file, module.default]);
  }
  return found;
}

const transforms = await pages<TransformDefinition>('transforms');

describe('transformations: every example of every page', () => {
  let rows = 0;
  for (const [file, page] of transforms) {
    it(`${page.name} (${file})`, () => {
      for (const { input, output } of page.examples) {
        expect({ input, output: page.apply(input) }).toEqual({ input, output });
        rows += 1;
      }
      expect(page.says).toMatch(/^[a-z0-9]/);
      expect(file.replaceAll('-', '')).toBe(`${page.name.toLowerCase()}.ts`);
    });
  }
  it('ran enough of them to mean something', () => {
    expect(transforms.length).toBeGreaterThanOrEqual(38);
    expect(rows, `${rows} rows`).toBeGreaterThanOrEqual(110);
    console.info(`transformations: ${transforms.length} pages, ${rows} rows`);
  });
});

/** The files that examples of operators name. */
const fixtures: Readonly<Record<string, string>> = {
  'words.data': '# comment\nunion\n\n  group by \r\n',
  'more.data': 'sleep\n',
  'addresses.data': '# documentation\n192.0.2.0/24\n  2001:db8::/32\n',
};
const context: OperatorContext = {
  readFile(path) {
    const text = fixtures[path];
    if (text === undefined) throw new RuleError(`no file ${path}`);
    return text;
  },
};

const operators = await pages<OperatorDefinition>('operators');

describe('operators: every example of every page', () => {
  let rows = 0;
  for (const [file, page] of operators) {
    it(`${page.name} (${file})`, () => {
      expect(page.examples.some((example) => example.matches) || page.name === 'noMatch').toBe(true);
      expect(page.examples.some((example) => !example.matches) || page.name === 'unconditionalMatch').toBe(true);
      for (const { argument, value, matches, captures } of page.examples) {
        const matcher = page.compile(argument, context);
        expect({ argument, value, matches: matcher.test(value) }).toEqual({ argument, value, matches });
        const found = matcher.find(value);
        expect(found !== null, `find(${JSON.stringify(value)})`).toBe(matches);
        if (captures) expect(found?.groups).toEqual(captures);
        if (found) expect(found.offset + found.length).toBeLessThanOrEqual(value.length);
        rows += 1;
      }
      expect(file.replaceAll('-', '')).toBe(`${page.name.toLowerCase()}.ts`);
    });
  }
  it('ran enough of them to mean something', () => {
    expect(operators.length).toBeGreaterThanOrEqual(26);
    expect(rows, `${rows} rows`).toBeGreaterThanOrEqual(90);
    console.info(`operators: ${operators.length} pages, ${rows} rows`);
  });
});

const bodies = await pages<BodyProcessorDefinition>('bodies');

describe('body processors: every example of every page', () => {
  let rows = 0;
  for (const [file, page] of bodies) {
    it(`${page.name} (${file})`, () => {
      for (const { contentType, body, args, error, flags } of page.examples) {
        const view = page.parse(body, contentType, defaultBodyLimits);
        expect({ body, error: view.error !== null }, view.error ?? '').toEqual({ body, error: error ?? false });
        if (args) expect(view.args).toEqual(args);
        const set = [...view.flags.keys()].filter((flag) => flag !== 'MULTIPART_STRICT_ERROR');
        expect({ body, flags: set.sort() }).toEqual({ body, flags: [...(flags ?? [])].sort() });
        rows += 1;
      }
      expect(file).toBe(`${page.name.toLowerCase()}.ts`);
    });
  }
  it('ran enough of them to mean something', () => {
    expect(bodies.length).toBeGreaterThanOrEqual(4);
    expect(rows, `${rows} rows`).toBeGreaterThanOrEqual(34);
    console.info(`body processors: ${bodies.length} pages, ${rows} rows`);
  });
});
