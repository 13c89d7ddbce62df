import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { diskFiles } from '../../node/rule-files.ts';
import { loadCrs } from '../crs/load.ts';
import { createWaf, type Waf } from '../engine.ts';
import { readAsset, writeAsset } from './asset.ts';
import { fastRunner, prepareRunner } from './runner.ts';

const data = '../shared/data/crs4';
if (!existsSync(data)) console.warn(`the rule asset is not tried: ${data} is absent`);

const targets = [
  '/',
  '/search?q=dark+blue',
  "/?id=1'%20UNION%20SELECT%201--",
  '/?q=%3Cscript%3Ealert(1)%3C/script%3E',
  '/?p=../../etc/passwd',
];

function ids(waf: Waf, target: string): readonly string[] {
  const headers = [
    ['Host', 'shop.example'],
    ['User-Agent', 'curl/8'],
    ['Accept', '*/*'],
  ] as const;
  const inspection = waf.inspect({ method: 'GET', target, version: '1.1', headers }, { address: '192.0.2.7' });
  inspection.requestHead();
  inspection.requestBody(new Uint8Array(), true);
  return inspection
    .finish()
    .filter(({ logged }) => logged)
    .map(({ rule }) => rule.id);
}

describe.runIf(existsSync(data))('a rule asset', () => {
  const files = new Map<string, string>();
  const { set } = loadCrs({ path: data, files: diskFiles, paranoia: 1 });
  const readFile = (path: string): string | null => {
    const text = diskFiles.read(path);
    if (text !== null) files.set(path, text);
    return text;
  };
  const built = createWaf(set, { readFile, runner: fastRunner });
  const bytes = writeAsset(set, files, prepareRunner(built.program));

  it('gives back the rules as they were', () => {
    const asset = readAsset(bytes);
    expect(asset.set).toEqual(set);
    expect(asset.files).toEqual(files);
    expect(asset.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('runs without reading a pattern first, to the same findings', () => {
    const asset = readAsset(bytes);
    const waf = createWaf(asset.set, {
      checked: true,
      readFile: (path) => asset.files.get(path) ?? null,
      runner: (program) => fastRunner(program, asset.prepared),
    });
    const found = targets.map((target) => ids(waf, target));
    expect(found).toEqual(targets.map((target) => ids(built, target)));
    expect(found.flat().length).toBeGreaterThan(6);
  });

  it('is small enough for a function at the edge', () => {
    expect(gzipSync(bytes).length).toBeLessThan(400_000);
  });

  it('is refused when it is something else, or made of other rules', () => {
    expect(() => readAsset(new Uint8Array(64))).toThrow('no rule asset');
    const other = bytes.slice();
    other[4] = 99;
    expect(() => readAsset(other)).toThrow('layout 99');
    const { set: wide } = loadCrs({ path: data, files: diskFiles, paranoia: 4 });
    const asset = readAsset(bytes);
    expect(() => createWaf(wide, { readFile, runner: (program) => fastRunner(program, asset.prepared) })).toThrow(
      'other rules',
    );
  });
});
