import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Body } from '../../src/http/body.ts';
import { visit, type Visit } from '../../src/testing/visit.ts';

const rules = `
SecRule ARGS "@rx (?i)union\\s+select" "id:1,phase:2,pass,msg:'SQL'"
SecRule ARGS "@contains <script" "id:2,phase:2,pass,msg:'HTML'"
SecRule FILES "@endsWith .php" "id:3,phase:2,deny,msg:'A script'"
SecRule REQBODY_ERROR "!@eq 0" "id:4,phase:2,pass,msg:'Unreadable'"
SecRule XML:/* "@contains attack" "id:5,phase:2,deny,msg:'In XML'"
SecRule ARGS:total "@gt 100" "id:6,phase:2,deny,msg:'Too much'"
`;
const part = (name: string, text: string): string =>
  `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const bodies: readonly (readonly [type: string, text: string, ids: string])[] = [
  ['application/x-www-form-urlencoded', 'a=1&b=union%20%20select&c=%3Cscript%3E', '1 2'],
  ['application/x-www-form-urlencoded', `pad=${'x'.repeat(3000)}&total=101`, '6'],
  ['application/json', '{"list":[1,{"deep":"UNION\\nSELECT"}],"html":"<script>"}', '1 2'],
  ['application/json', '{"a":"union select"', '99003'],
  [
    'multipart/form-data; boundary=cut',
    `${part('a', 'union select')}${part('b"; filename="x.php', '<?php ?>')}--cut--\r\n`,
    '1 3',
  ],
  ['application/xml', '<?xml version="1.0"?><a><b x="1">att</b><b>an attack</b></a>', '5'],
];

let folder: string;
let edge: Visit;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-chunks-'));
  writeFileSync(join(folder, 'own.conf'), rules);
  edge = await visit({
    folder,
    document: {
      waf: { use: 'rules', rules: { after: ['own.conf'] } },
      routes: { 'ANY /{proxy+}': { to: 'main' } },
      origins: { main: { url: 'http://origin.test' } },
    },
  });
});
afterAll(async () => {
  await edge.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The body cut at these places, each piece given on a turn of its own. */
function cut(text: string, places: readonly number[]): Body {
  const bytes = new TextEncoder().encode(text);
  const ends = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return Body.fromChunks(
    (async function* () {
      let from = 0;
      for (const end of [...ends, bytes.length]) {
        await Promise.resolve();
        yield bytes.subarray(from, end);
        from = end;
      }
    })(),
  );
}

describe('a body in pieces', () => {
  it.each(bodies)(
    '%s: the same findings and the same bytes at the origin, however it is cut',
    async (type, text, ids) => {
      let tried = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(5000), { maxLength: 40 }), async (places) => {
          edge.asked.length = 0;
          const { record } = await edge.send({
            method: 'POST',
            target: '/',
            headers: { 'Content-Type': type },
            body: cut(text, places),
          });
          const notes = record.steps?.find(({ stage }) => stage === 'waf')?.notes ?? [];
          expect(notes.find(({ what }) => what === 'found')?.facts?.['rules']).toBe(ids);
          if (record.code === null) expect(edge.asked[0]?.body).toBe(text);
          tried++;
        }),
        { numRuns: 60 },
      );
      expect(tried).toBeGreaterThanOrEqual(60);
    },
  );
});
