import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../base/bytes.ts';
import { engineFor } from './testing/ask.ts';

const engine = engineFor(`
  SecResponseBodyAccess On
  SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,nolog,ctl:requestBodyProcessor=JSON"
  SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,nolog,ctl:requestBodyProcessor=XML"
  SecRule ARGS|ARGS_NAMES|REQUEST_COOKIES|REQUEST_HEADERS|FILES|MULTIPART_PART_HEADERS|XML:/*|XML://@*|REQUEST_BODY "@rx ([a-z]+)\\W" "id:3,phase:2,capture,t:urlDecodeUni,t:htmlEntityDecode,t:jsDecode,multiMatch,setvar:'tx.seen_%{tx.1}=%{MATCHED_VAR}',chain"
    SecRule MATCHED_VARS|TX:/^seen_/ "@contains %{tx.1}" "t:lowercase,setvar:tx.count=+1"
  SecRule ARGS "@validateByteRange 1-255" "id:4,phase:2,t:base64Decode,t:hexDecode,t:cssDecode"
  SecRule RESPONSE_BODY "@pm secret key" "id:5,phase:4,deny"`);

const bytes = fc.uint8Array({ maxLength: 400 }).map((list) => String.fromCharCode(...list));
const piece = fc.constantFrom(
  '%',
  '%u0041',
  '&#x41;',
  '\\x41',
  '=',
  '&',
  ';',
  '{',
  '"',
  ':',
  '<a b="',
  '>',
  '--b',
  '\r\n',
  'Content-Disposition: form-data; name="a"',
  '\0',
  'a',
);
const text = fc.oneof(
  bytes,
  fc.array(piece, { maxLength: 60 }).map((list) => list.join('')),
);
const type = fc.constantFrom(
  'application/json',
  'text/xml',
  'multipart/form-data; boundary=b',
  'application/x-www-form-urlencoded',
  '',
);

describe('whatever comes', () => {
  it('is judged without an exception, the same for any cut of the body', () => {
    let rows = 0;
    fc.assert(
      fc.property(text, text, text, type, fc.nat(), (target, header, body, contentType, where) => {
        const judge = (cuts: readonly string[]) => {
          const inspection = engine.inspect(
            {
              method: 'POST',
              target,
              version: '1.1',
              headers: [
                ['Content-Type', contentType],
                ['Cookie', header],
                [header, target],
              ],
            },
            { address: header },
          );
          inspection.requestHead();
          for (const [at, cut] of cuts.entries()) inspection.requestBody(fromLatin1(cut), at === cuts.length - 1);
          inspection.responseHead(200, [['Content-Type', 'text/plain']]);
          inspection.responseBody(fromLatin1(body), true);
          expect(inspection.transaction.faults).toEqual([]);
          return inspection.finish().map((match) => [match.rule.id, match.evidence.map((part) => part.value)]);
        };
        const cut = body.length === 0 ? 0 : where % body.length;
        expect(judge([body.slice(0, cut), body.slice(cut)])).toEqual(judge([body]));
        rows++;
      }),
      { numRuns: 300 },
    );
    expect(rows).toBe(300);
  });
});
