import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../../src/base/bytes.ts';
import { diskFiles } from '../../../src/node/rule-files.ts';
import { readAsset, writeAsset } from '../../../src/waf/asset/asset.ts';
import { loadCrs } from '../../../src/waf/crs/load.ts';
import { createWaf, type Waf } from '../../../src/waf/engine.ts';
import { plainRunner } from '../../../src/waf/plain.ts';
import type { Mode } from '../../../src/waf/settings.ts';
import { answer } from './backend.ts';
import { readCases } from './cases.ts';
import { receive, type Received } from './front-door.ts';
import { wireRequest } from './wire-request.ts';

const data = '../shared/data/crs4';
const debian = '/usr/share/modsecurity-crs';
const here = existsSync(data);
if (!here) console.warn(`the evaluators are not compared on the regression cases: ${data} is absent`);

/** Everything that anybody learns of a request: findings with their evidence and scores, the verdict, and variables. */
function findings(waf: Waf, received: Received): unknown {
  const inspection = waf.inspect(received.request, { address: '192.0.2.7', serverPort: 80 });
  inspection.requestHead();
  inspection.requestBody(fromLatin1(received.body), true);
  const origin = answer(received);
  inspection.responseHead(origin.status, origin.headers);
  inspection.responseBody(fromLatin1(origin.body), true);
  const matches = inspection.finish().filter((match) => match.logged);
  const { verdict, wouldStop, score } = inspection.transaction;
  return {
    stop: verdict?.kind === 'stop' ? [verdict.rule.id, verdict.status] : (wouldStop?.rule.id ?? null),
    score,
    matches: matches.map(({ rule, message, logData, severity, score: sofar, evidence }) => [
      [rule.id, message, logData, severity, sofar],
      evidence.map(({ link, field, value, seen, offset, length }) => [link, field, value, seen, offset, length]),
    ]),
  };
}

function compare(path: string, paranoia: 1 | 2 | 3 | 4, mode: Mode): { readonly rows: number; readonly found: number } {
  const { set } = loadCrs({ path, files: diskFiles, paranoia, mode, validateUtf8: true });
  const files = new Map<string, string>();
  const readFile = (name: string): string | null => {
    const text = diskFiles.read(name);
    if (text !== null) files.set(name, text);
    return text;
  };
  const plain = createWaf(set, { readFile, newId: () => 'id', runner: plainRunner });
  const fast = createWaf(set, { readFile, newId: () => 'id' });
  const stored = readAsset(writeAsset(plain.program, files)).open({ newId: () => 'id' });
  let rows = 0;
  let found = 0;
  for (const { name, stages } of readCases(`${data}/tests`)) {
    for (const stage of stages) {
      const received = receive(wireRequest(stage));
      const expected = findings(plain, received) as { readonly matches: readonly unknown[] };
      expect(findings(fast, received), name).toEqual(expected);
      expect(findings(stored, received), `${name}, from an asset`).toEqual(expected);
      rows++;
      if (expected.matches.length > 0) found++;
    }
  }
  return { rows, found };
}

describe.runIf(here)(
  'the fast way of running rules, built or read from an asset, finds what rule by rule finds',
  () => {
    it.each([
      { what: 'CRS 4', path: data, paranoia: 4, mode: 'detect' },
      { what: 'CRS 4', path: data, paranoia: 1, mode: 'detect' },
      { what: 'CRS 4', path: data, paranoia: 2, mode: 'on' },
    ] as const)('for every case at level $paranoia, mode $mode', { timeout: 180_000 }, ({ path, paranoia, mode }) => {
      const { rows, found } = compare(path, paranoia, mode);
      expect(rows).toBeGreaterThanOrEqual(2400);
      expect(found).toBeGreaterThan(1000);
    });

    it.runIf(existsSync(debian))('for every case with CRS 3.3', { timeout: 180_000 }, () => {
      const { rows, found } = compare(debian, 4, 'detect');
      expect(rows).toBeGreaterThanOrEqual(2400);
      expect(found).toBeGreaterThan(1000);
    });
  },
);
