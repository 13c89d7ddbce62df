import { describe, expect, it } from 'vitest';
import { parseCurl, parseRequestFile, shellWords } from './curl.ts';

describe('words of a shell', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [String.raw`a\ b "c\"d" 'e\f' "g\h"`, ['a b', 'c"d', String.raw`e\f`, String.raw`g\h`]],
    ['a \\\n  b', ['a', 'b']],
    [`'' ""`, ['', '']],
    [`a'b'"c"`, ['abc']],
  ])('%j', (text, wanted) => expect(shellWords(text)).toEqual(wanted));
  it('an open quote is said', () => expect(() => shellWords(`a 'b`)).toThrow('not closed'));
});

describe('a curl line', () => {
  const usual = [
    ['Host', 'localhost'],
    ['User-Agent', 'curl/8.5.0'],
    ['Accept', '*/*'],
  ];
  it.each<[string, string, string, string | null]>([
    ['curl /', 'GET', '/', null],
    ['curl http://a.test', 'GET', '/', null],
    ['curl a.test:80/x', 'GET', '/x', null],
    ['curl https://a.test/x?y=1#z', 'GET', '/x?y=1', null],
    ['curl "http://a.test?y=1"', 'GET', '/?y=1', null],
    ['curl -X DELETE /x', 'DELETE', '/x', null],
    ['curl -XDELETE /x', 'DELETE', '/x', null],
    ['curl -sSiXPUT /x -d1', 'PUT', '/x', '1'],
    ['curl -sSi /x', 'GET', '/x', null],
    ['curl -I /x', 'HEAD', '/x', null],
    ['curl -d a=1 -d b=2 /x', 'POST', '/x', 'a=1&b=2'],
    ['curl -G -d a=1 /x?z', 'GET', '/x?z&a=1', null],
    ["curl --data-urlencode 'q=a b&c' /", 'POST', '/', 'q=a%20b%26c'],
    ["curl --data-urlencode '=a b' /", 'POST', '/', 'a%20b'],
    [`curl --json '{"a":1}' /`, 'POST', '/', '{"a":1}'],
    ['curl -X GET -d body /', 'GET', '/', 'body'],
    ['curl -o /dev/null -w %{http_code} /x', 'GET', '/x', null],
    ['curl --data-raw @literal /', 'POST', '/', '@literal'],
    ['/x', 'GET', '/x', null],
  ])('%s', (line, method, target, body) => expect(parseCurl(line)).toMatchObject({ method, target, body }));

  it('says what curl says about itself', () => expect(parseCurl('curl /').headers).toEqual(usual));
  it('the host of the URL, unless one is given', () => {
    expect(parseCurl('curl http://a.test:81/').headers[0]).toEqual(['Host', 'a.test:81']);
    expect(parseCurl('curl -H "Host: b.test" http://a.test/').headers.filter(([name]) => name === 'Host')).toEqual([
      ['Host', 'b.test'],
    ]);
  });
  it('fields, cookies, credentials and lengths in bytes', () => {
    const { headers } = parseCurl(`curl -H 'X-A:  1 ' -HX-B:2 -b a=1 -u u:p -A me -e /r -d 'é' /`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'X-A': '1',
      'X-B': '2',
      Cookie: 'a=1',
      Authorization: 'Basic dTpw',
      'User-Agent': 'me',
      Referer: '/r',
      'Content-Length': '2',
      'Content-Type': 'application/x-www-form-urlencoded',
    });
  });
  it.each([
    ['curl', 'names no URL'],
    ['curl -F a=1 /', '-F'],
    ['curl -H', 'wants a value'],
    ['curl -H nocolon /', 'no header field'],
    ['curl /a /b', 'two URLs'],
    ['curl -d @file /', 'from a file'],
    ['curl --json @file /', 'from a file'],
  ])('%s: said, not guessed', (line, says) => expect(() => parseCurl(line)).toThrow(says));
});

describe('a request file', () => {
  it('is read as it is written', () => {
    expect(parseRequestFile('POST /a?b HTTP/1.1\r\nHost: a.test\r\nX-A:  1\r\n\r\nbody\n')).toEqual({
      method: 'POST',
      target: '/a?b',
      headers: [
        ['Host', 'a.test'],
        ['X-A', '1'],
        ['Content-Length', '5'],
      ],
      body: 'body\n',
    });
    expect(parseRequestFile('GET /\n')).toEqual({
      method: 'GET',
      target: '/',
      headers: [['Host', 'localhost']],
      body: null,
    });
  });
  it.each(['', 'GET', 'GET /a b HTTP/1.1', 'GET / HTTP/1.1\nno colon'])('%j is none', (text) =>
    expect(() => parseRequestFile(text)).toThrow(),
  );
});
