import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
