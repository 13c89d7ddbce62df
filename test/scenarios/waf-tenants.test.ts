import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { diskFiles } from '../../src/node/rule-files.ts';
import { loadCrs } from '../../src/waf/crs/load.ts';
import type { CrsExclusion } from '../../src/waf/crs/options.ts';
import { createWaf, type Waf } from '../../src/waf/engine.ts';
import { overlay, type Overlay } from '../../src/waf/overlay.ts';
import { readCases } from '../conformance/crs/cases.ts';
import { receive } from '../conformance/crs/front-door.ts';
import { wireRequest } from '../conformance/crs/wire-request.ts';

const data = '../shared/data/crs4';
const here = existsSync(data);
if (!here) console.warn(`tenants are not compared over the rule set: ${data} is absent`);

/** Exclusions as tenants write them, and some that reach into the rule set's own books. */
const tenants: readonly (readonly CrsExclusion[])[] = [
  [{ rules: 942100 }],
  [{ rules: '942000-942999' }, { tag: 'attack-xss', target: 'ARGS:q' }],
  [{ tag: 'attack-rce', target: 'ARGS' }, { rules: 920280 }],
  [{ rules: [930120, '932000-932999'], target: 'REQUEST_COOKIES' }],
  [{ tag: 'paranoia-level/4' }, { rules: 949110 }],
  // A rule that sets what others read: nothing that was decided at load holds then.
  [{ rules: 901320 }, { rules: '901100-901200' }],
];

function ids(waf: Waf, wire: string, overlays: readonly Overlay[]): readonly string[] {
  const { request, body } = receive(wire);
  const inspection = waf.inspect(request, { address: '192.0.2.7', serverPort: 80 }, overlays);
  inspection.requestHead();
  inspection.requestBody(fromLatin1(body), true);
  return inspection
    .finish()
    .filter((match) => match.logged)
    .map((match) => match.rule.id);
}

describe.runIf(here)('tenants over one compiled rule set', () => {
  const readFile = (path: string): string | null => diskFiles.read(path);
  const load = (exclusions: readonly CrsExclusion[]) =>
    loadCrs({ path: data, files: diskFiles, mode: 'detect', paranoia: 4, exclusions }).set;
  const one = createWaf(load([]), { readFile });

  it.each(tenants.map((exclusions) => [JSON.stringify(exclusions), exclusions] as const))(
    '%s: what a set compiled for it alone finds',
    { timeout: 120_000 },
    (_, exclusions) => {
      const alone = createWaf(load(exclusions), { readFile });
      const layer = overlay(one.program, { exclusions });
      const wires = readCases(`${data}/tests`)
        .filter((__, at) => at % 15 === 0)
        .flatMap(({ stages }) => stages.map((stage) => wireRequest(stage)));
      let differs = 0;
      for (const wire of wires) {
        const found = ids(one, wire, [layer]);
        expect(found, wire).toEqual(ids(alone, wire, []));
        if (found.join() !== ids(one, wire, []).join()) differs++;
      }
      expect(wires.length).toBeGreaterThan(150);
      expect(layer.idle).toEqual([]);
      expect(differs).toBeGreaterThan(0);
    },
  );

  it('keeps tenants apart, one request after the other', () => {
    const wire =
      'GET /?q=1%27%20union%20select%20password%20from%20users HTTP/1.1\r\nHost: a\r\nUser-Agent: b\r\nAccept: */*\r\n\r\n';
    const quiet = overlay(one.program, { exclusions: [{ tag: 'attack-sqli' }] });
    const before = ids(one, wire, []);
    expect(before).toContain('942100');
    expect(ids(one, wire, [quiet])).not.toContain('942100');
    expect(ids(one, wire, [])).toEqual(before);
  });
});
