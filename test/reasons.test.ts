import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declaredReasons } from '../scripts/lib/reasons.ts';
import { pages } from '../scripts/docs.ts';

const root = resolve(import.meta.dirname, '..');

const textsBelow = (folder: string, wanted: (name: string) => boolean): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => wanted(name) && !name.includes('node_modules'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n');

describe('reasons', async () => {
  const reasons = await declaredReasons();

  it(`have one birthplace each (${reasons.length} reasons)`, () => {
    expect(reasons.length).toBeGreaterThan(30);
    const codes = reasons.map((reason) => reason.code);
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
  });

  it('say a sentence and a status', () => {
    const odd = reasons.filter(
      (reason) => !/^[A-Z].*[.]$/.test(reason.says) || reason.status < 200 || reason.status > 599,
    );
    expect(odd.map((reason) => reason.code)).toEqual([]);
  });

  it('are each named in some test', () => {
    const tests =
      textsBelow('test', (name) => name.endsWith('.ts')) + textsBelow('src', (name) => name.endsWith('.test.ts'));
    expect(reasons.filter((reason) => !tests.includes(reason.code)).map((reason) => reason.code)).toEqual([]);
  });
});

describe('reference pages', async () => {
  const written = await pages();

  it.each([...written.keys()])('%s is fresh', (path) => {
    expect(readFileSync(join(root, path), 'utf8'), 'run `npm run docs`').toBe(written.get(path));
  });
});
