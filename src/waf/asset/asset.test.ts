import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { diskFiles } from '../../node/rule-files.ts';
import { loadCrs } from '../crs/load.ts';
import { createWaf, type Waf } from '../engine.ts';
import { readAsset, writeAsset } from './asset.ts';

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
  const built = createWaf(set, { readFile });
  const bytes = writeAsset(built.program, files);

  it('gives back the rules as they were', () => {
    const asset = readAsset(bytes);
    expect(asset.set).toEqual(set);
    expect(files.size).toBeGreaterThan(15);
    for (const [path, text] of files) expect(asset.readFile(path)).toBe(text);
    expect(asset.readFile('elsewhere.data')).toBeNull();
  });

  it('runs without reading a pattern first, to the same findings', () => {
    const waf = readAsset(bytes).open();
    const found = targets.map((target) => ids(waf, target));
    expect(found).toEqual(targets.map((target) => ids(built, target)));
    expect(found.flat().length).toBeGreaterThan(6);
  });

  it('is small enough for a function at the edge', () => {
    expect(gzipSync(bytes).length).toBeLessThan(400_000);
  });

  it.each([
    ['something else', new Uint8Array(64), 'no rule asset'],
    ['nothing', new Uint8Array(), 'no rule asset'],
    ['of another layout', changed(4, 99), 'layout 99'],
    ['cut off', bytes.slice(0, -400), 'write it again'],
    ['overwritten in its head', bytes.slice().fill(32, 1000, 1200), 'damaged: write it again'],
    [
      'overwritten in its middle',
      bytes.slice().fill(0, bytes.length >> 1, (bytes.length >> 1) + 200),
      'damaged: write it again',
    ],
    ['empty at its end', bytes.slice().fill(0, bytes.length - 512), 'damaged: write it again'],
  ])('is refused when it is %s', (_, given, says) => {
    expect(() => readAsset(given)).toThrow(says);
  });

  function changed(at: number, to: number): Uint8Array {
    const other = bytes.slice();
    other[at] = other[at] === to ? to + 1 : to;
    return other;
  }
});
