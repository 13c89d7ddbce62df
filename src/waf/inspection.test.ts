import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../base/bytes.ts';
import { engineFor } from './testing/ask.ts';

const form = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
const post = { method: 'POST', target: '/', version: '1.1', headers: form } as const;
const viewer = { address: '192.0.2.7' };

describe('bodies', () => {
  it('gives the same verdict however the body is cut', () => {
    const engine = engineFor('SecRule ARGS:b "@streq x y" "id:1,phase:2,deny"');
    const body = 'a=1&b=x+y&c=3';
    let rows = 0;
    for (let cut = 0; cut <= body.length; cut++) {
      const inspection = engine.inspect(post, viewer);
      inspection.requestHead();
      expect(inspection.requestBody(fromLatin1(body.slice(0, cut)), false).kind).toBe('pass');
      expect(inspection.requestBody(fromLatin1(body.slice(cut)), true).kind).toBe('stop');
      rows++;
    }
    expect(rows).toBe(14);
  });

  const limited = (action: string) =>
    engineFor(
      `SecRequestBodyLimit 10\nSecRequestBodyLimitAction ${action}\nSecRule ARGS:a "@streq x" "id:1,phase:2,deny,status:418"\nSecRule ARGS:b "@streq x" "id:2,phase:2,deny,status:418"`,
    );

  it('refuses a body that is too long', () => {
    const inspection = limited('Reject').inspect(post, viewer);
    inspection.requestHead();
    expect(inspection.requestBody(fromLatin1('c=12345'), false).kind).toBe('pass');
    expect(inspection.requestBody(fromLatin1('6789'), false)).toMatchObject({
      kind: 'stop',
      status: 413,
      rule: { id: 'request-body-limit' },
      certainty: 'approximate',
    });
    expect(inspection.finish().map((match) => match.rule.id)).toEqual(['request-body-limit']);
  });

  it('or judges the first part at once and lets the rest go by', () => {
    const first = limited('ProcessPartial').inspect(post, viewer);
    first.requestHead();
    expect(first.requestBody(fromLatin1('a=x&c=1234567'), false)).toMatchObject({
      kind: 'stop',
      status: 418,
      certainty: 'approximate',
    });
    const later = limited('ProcessPartial').inspect(post, viewer);
    later.requestHead();
    expect(later.requestBody(fromLatin1('c=12345678&b=x'), false).kind).toBe('pass');
    expect(later.requestBody(fromLatin1('&a=x'), true).kind).toBe('pass');
    expect(later.wantsRequestBody).toBe(false);
  });

  it('counts what is no file on its own', () => {
    const engine = engineFor('SecRequestBodyNoFilesLimit 200\nSecAction "id:1,phase:2"');
    const part = (file: string, size: number) =>
      `--b\r\nContent-Disposition: form-data; name="f"${file}\r\n\r\n${'x'.repeat(size)}\r\n--b--\r\n`;
    const headers = [['Content-Type', 'multipart/form-data; boundary=b']] as const;
    expect(engine.ask({ headers, body: part('; filename="a"', 1000) }).verdict.kind).toBe('pass');
    expect(engine.ask({ headers, body: part('', 1000) }).verdict).toMatchObject({ status: 413 });
  });

  it('does not want what no rule could refuse for', () => {
    expect(engineFor('SecAction "id:1,phase:1"').inspect(post, viewer).wantsRequestBody).toBe(false);
    expect(engineFor('SecRequestBodyAccess Off\nSecAction "id:1,phase:2"').inspect(post, viewer).wantsRequestBody).toBe(
      false,
    );
    expect(engineFor('SecAction "id:1,phase:2"').inspect(post, viewer).wantsRequestBody).toBe(true);
  });
});

describe('responses', () => {
  const rules =
    'SecResponseBodyAccess On\nSecRule RESPONSE_STATUS "@eq 500" "id:1,phase:3,deny"\nSecRule RESPONSE_BODY "@contains secret" "id:2,phase:4,deny"';
  it('judges head and body', () => {
    expect(engineFor(rules).ask({ response: { status: 500 } }).ids).toEqual(['1']);
    expect(engineFor(rules).ask({ response: { body: 'a secret' } }).verdict).toMatchObject({
      kind: 'stop',
      rule: { id: '2' },
    });
  });
  it('reads bodies of the named types only', () => {
    const engine = engineFor(rules);
    expect(engine.ask({ response: { body: 'a secret', headers: [['Content-Type', 'image/png']] } }).ids).toEqual([]);
    const inspection = engine.inspect(post, viewer);
    inspection.requestHead();
    inspection.requestBody(fromLatin1(''), true);
    inspection.responseHead(200, [['Content-Type', 'image/png']]);
    expect(inspection.wantsResponseBody).toBe(false);
  });
  it('is asked nothing more after a stop, but keeps the books', () => {
    const engine = engineFor(`SecAction "id:9,phase:1,deny"\nSecAction "id:10,phase:5"\n${rules}`);
    const reply = engine.ask({ response: { status: 500, body: 'secret' } });
    expect(reply.ids).toEqual(['9', '10']);
    expect(reply.inspection.finish()).toHaveLength(2);
  });
});

describe('what rules read of the request', () => {
  const read = (field: string, question: Parameters<ReturnType<typeof engineFor>['ask']>[0]) =>
    engineFor(`SecRule ${field} "@unconditionalMatch" "id:1,phase:2,nolog"`)
      .ask(question)
      .matches.map((match) => `${match.evidence[0]?.field}=${match.evidence[0]?.value}`);
  it.each([
    ['ARGS', { target: '/?a=1+2&b&&=%41%zz&' }, ['ARGS:a=1 2', 'ARGS:b=', 'ARGS:=', 'ARGS:=A%zz']],
    ['ARGS_NAMES', { target: '/?%61=1' }, ['ARGS_NAMES:a=a']],
    [
      'REQUEST_COOKIES',
      { headers: [['Cookie', 'a="1"; b;=c;  d=e=f']] as const },
      ['REQUEST_COOKIES:a="1"', 'REQUEST_COOKIES:b=', 'REQUEST_COOKIES:d=e=f'],
    ],
    ['REQUEST_URI', { target: 'http://h.example/a%20b?c#d' }, ['REQUEST_URI=/a%20b?c']],
    ['REQUEST_URI_RAW', { target: 'http://h.example/a%20b?c' }, ['REQUEST_URI_RAW=http://h.example/a%20b?c']],
    ['REQUEST_FILENAME', { target: '/x/a%20b+c%zz?q' }, ['REQUEST_FILENAME=/x/a b+c%zz']],
    ['REQUEST_BASENAME', { target: '/x/y\\z.php?q=/r' }, ['REQUEST_BASENAME=z.php']],
    ['REQUEST_LINE', { target: '/x' }, ['REQUEST_LINE=GET /x HTTP/1.1']],
    [
      'REQUEST_HEADERS:host',
      {
        headers: [
          ['Host', 'a'],
          ['HOST', 'b'],
        ] as const,
      },
      ['REQUEST_HEADERS:Host=a', 'REQUEST_HEADERS:HOST=b'],
    ],
    ['ARGS_COMBINED_SIZE', { target: '/?ab=cd', headers: form, body: 'e=f' }, ['ARGS_COMBINED_SIZE=6']],
    ['SERVER_NAME', { headers: [['Host', 'Shop.Example:8080']] as const }, ['SERVER_NAME=shop.example']],
    ['UNIQUE_ID', {}, ['UNIQUE_ID=ID']],
    ['URLENCODED_ERROR', { target: '/?a=%41' }, ['URLENCODED_ERROR=0']],
    ['URLENCODED_ERROR', { headers: form, body: 'a=%4' }, ['URLENCODED_ERROR=1']],
    ['TIME', {}, ['TIME=00:00:00']],
    ['XML:/*|XML://@*', { headers: [['Content-Type', 'text/xml']] as const, body: '<a b="1">2</a>' }, []],
  ])('%s', (field, question, values) => {
    expect(read(field, question)).toEqual(values);
  });

  it('reads the rest of a query as one argument when there are too many', () => {
    const engine = engineFor(
      'SecArgumentsLimit 3\nSecRule &ARGS "@eq 4" "id:1,phase:1,chain"\nSecRule ARGS "@contains d=4&e=evil" "t:none"',
    );
    expect(engine.ask({ target: '/?a=1&b=2&c=3&d=4&e=evil' }).ids).toEqual(['1']);
    expect(
      engineFor('SecArgumentsLimit 3\nSecRule &ARGS "@eq 3" "id:1,phase:1"').ask({ target: '/?a=1&b=2&c=3&' }).ids,
    ).toEqual(['1']);
  });

  it('where the viewer is, for @geoLookup and GEO', () => {
    const engine = engineFor(
      'SecRule REMOTE_ADDR "@geoLookup" "id:1,phase:1,chain"\nSecRule GEO:COUNTRY_CODE "@within CH DE"',
    );
    expect([engine.ask({ country: 'CH' }).ids, engine.ask({ country: 'FR' }).ids, engine.ask().ids]).toEqual([
      ['1'],
      [],
      [],
    ]);
  });
});
