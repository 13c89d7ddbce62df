/** Requests of a licensed API and what they are answered: `in`, or the code of the refusal. */
export interface Row {
  readonly says: string;
  readonly request: {
    readonly method?: string;
    readonly target: string;
    readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  };
  readonly script: string;
  /** Where the edge of a document says something else: it refuses some requests before any licence is looked for. */
  readonly edge?: string;
  readonly fails?: 'exists' | 'get';
  /** Decided by a millisecond. */
  readonly atNow?: boolean;
}

const missing = 'edge.licence.missing';
const unknown = 'edge.licence.unknown';
const expired = 'edge.licence.expired';
const unavailable = 'edge.licence.unavailable';

/** `says`, target, answer; the same for most. */
const gets: readonly (readonly [says: string, target: string, script: string, edge?: string])[] = [
  ['no query', '/s', missing],
  ['a bare question mark', '/s?', missing],
  ['another parameter', '/s?q=1', missing],
  ['no value', '/s?license', missing],
  ['an empty value', '/s?license=', missing],
  ['an empty one before a good one', '/s?license=&license=good', missing],
  ['a good one', '/s?license=good', 'in'],
  ['a good one, last', '/s?q=1&license=good', 'in'],
  ['a good one, first', '/s?license=good&q=1', 'in'],
  ['a good one between', '/s?a=1&license=good&z=2', 'in'],
  ['other parameters twice', '/s?a=1&license=good&a=2', 'in'],
  ['a parameter without value beside it', '/s?a&license=good', 'in'],
  ['empty parts', '/s?&&license=good&', 'in'],
  ['two good ones', '/s?license=good&license=other', 'in'],
  ['a good one before a bad one', '/s?license=good&license=bad', 'in'],
  ['a bad one before a good one', '/s?license=bad&license=good', unknown],
  ['three, the first good', '/s?license=other&license=bad&license=', 'in'],
  ['the same one twice', '/s?license=good&license=good', 'in'],
  ['an unknown one', '/s?license=bad', unknown],
  ['a revoked one', '/s?license=cut', unknown],
  ['an expired one', '/s?license=old', expired],
  ['capitals in the value', '/s?license=GOOD', unknown],
  ['capitals in the name', '/s?License=good', missing],
  ['all capitals in the name', '/s?LICENSE=good', missing],
  ['a name with a blank', '/s?license%20=good', missing],
  ['a longer name', '/s?licensee=good', missing],
  ['a shorter name', '/s?licens=good', missing],
  ['a name as of a list', '/s?license[]=good', missing],
  ['an encoded name of a list', '/s?license%5B%5D=good', missing],
  ['an encoded name', '/s?%6cicense=good', 'in'],
  ['an encoded name in capitals', '/s?%6Cicense=good', 'in'],
  ['a name all encoded', '/s?%6c%69%63%65%6e%73%65=good', 'in'],
  ['an encoded name, a bad value', '/s?%6cicense=bad', unknown],
  // The parts of a query have no order in a function's event, so which of two spellings came first is not known there.
  ['two spellings of the name', '/s?%6cicense=good&license=bad', missing, 'in'],
  ['two spellings, the bad one first', '/s?license=bad&%6cicense=good', missing, unknown],
  ['a name encoded twice', '/s?%256cicense=good', missing],
  ['an encoded value', '/s?license=g%6f%6fd', 'in'],
  ['a value all encoded', '/s?license=%67%6f%6f%64', 'in'],
  ['a value encoded twice', '/s?license=%2567ood', unknown],
  ['a blank as plus', '/s?license=a+b', 'in'],
  ['a blank as %20', '/s?license=a%20b', 'in'],
  ['an encoded plus is none', '/s?license=a%2Bb', unknown],
  ['a blank before', '/s?license=+good', unknown],
  ['a blank after', '/s?license=good%20', unknown],
  ['a letter beyond ASCII', '/s?license=%C3%A4', 'in'],
  ['the same letter composed of two', '/s?license=a%CC%88', unknown],
  ['the same letter in Latin-1', '/s?license=%E4', unknown],
  ['a percent sign encoded', '/s?license=50%25', 'in'],
  ['a percent sign as it is', '/s?license=50%', 'in'],
  ['what looks encoded, encoded', '/s?license=100%2525', 'in'],
  ['what looks encoded, once', '/s?license=100%25', unknown],
  ['a cut escape', '/s?license=good%', unknown],
  ['a cut escape of one digit', '/s?license=good%6', unknown],
  ['no hex digits', '/s?license=%zzgood', unknown],
  ['an escape as of %u', '/s?license=%u0067ood', unknown],
  ['an overlong form', '/s?license=%C1%A7ood', unknown],
  ['half a pair', '/s?license=%ED%A0%80', unknown],
  ['a broken escape beside good ones', '/s?license=%zz%67ood', unknown],
  ['a zero byte', '/s?license=%00', unknown],
  ['a zero byte after a good one', '/s?license=good%00', unknown],
  ['a line end after a good one', '/s?license=good%0A', unknown],
  ['an equals sign in the value', '/s?license=a=b', 'in'],
  ['an encoded equals sign', '/s?license=a%3Db', 'in'],
  ['a value that is the name', '/s?license=license', 'in'],
  ['an ampersand encoded', '/s?license=good%26', unknown],
  ['a semicolon parts nothing', '/s?q=1;license=good', missing],
  ['a semicolon in the value', '/s?license=good;', unknown],
  ['a long good one', `/s?license=${'L'.repeat(3000)}`, 'in'],
  ['a long one, one letter less', `/s?license=${'L'.repeat(2999)}`, unknown],
  ['a very long one', `/s?license=${'x'.repeat(7000)}`, unknown],
  ['many parameters', `/s?${'a=1&'.repeat(400)}license=good`, 'in'],
  ['names of every object', '/s?__proto__=1&constructor=2&toString=3&hasOwnProperty=4', missing],
  ['names of every object beside a good one', '/s?__proto__=1&license=good&constructor=2', 'in'],
  ['a value of every object', '/s?license=constructor', unknown],
  ['a good one of that name', '/s?license=__proto__', 'in'],
  ['its name in the path', '/license=good', missing],
  ['a second question mark', '/s?q=?license=good', missing],
  ['a second question mark before the name', '/s??license=good', missing],
  ['an open path', '/health', 'in'],
  ['an open path with a query', '/health?q=1', 'in'],
  ['more than the open path', '/healthy', missing],
  ['below the open path', '/health/x', missing],
  ['capitals in an open path', '/Health', missing],
  ['an open beginning', '/assets/a/b.css', 'in'],
  ['the open beginning cut', '/assets', missing],
  ['up from an open path', '/assets/../s', missing, 'admit.target-dot-segment'],
  ['up from an open path, encoded', '/assets/%2e%2E/s', missing, 'admit.target-dot-segment'],
  ['up from an open path, the slash encoded', '/assets/..%2fs', missing, 'admit.target-encoded-slash'],
  ['up from an open path, at the end', '/assets/..', missing, 'admit.target-dot-segment'],
  ['up from an open path beside a broken escape', '/assets/%zz/%2e%2e/s', missing, 'admit.target-escape'],
  ['up from an open path by a backslash', '/assets/..%5Cs', missing, 'admit.target-encoded-slash'],
  ['two dots within a name', '/assets/a..b', 'in'],
];

const others: readonly Row[] = [
  { says: 'HEAD without', request: { method: 'HEAD', target: '/s' }, script: missing },
  { says: 'HEAD with a good one', request: { method: 'HEAD', target: '/s?license=good' }, script: 'in' },
  { says: 'OPTIONS without', request: { method: 'OPTIONS', target: '/s' }, script: missing },
  { says: 'OPTIONS with a good one', request: { method: 'OPTIONS', target: '/s?license=good' }, script: 'in' },
  { says: 'OPTIONS on an open path', request: { method: 'OPTIONS', target: '/health' }, script: 'in' },
  { says: 'POST with an unknown one', request: { method: 'POST', target: '/s?license=bad' }, script: unknown },
  { says: 'the header', request: { target: '/s', headers: { 'X-Lic': 'good' } }, script: 'in' },
  { says: 'the header in capitals', request: { target: '/s', headers: { 'X-LIC': 'good' } }, script: 'in' },
  { says: 'an unknown one in the header', request: { target: '/s', headers: { 'X-Lic': 'bad' } }, script: unknown },
  { says: 'an empty header', request: { target: '/s', headers: { 'X-Lic': '' } }, script: missing },
  {
    says: 'the header twice',
    request: {
      target: '/s',
      headers: [
        ['X-Lic', 'good'],
        ['x-lic', 'bad'],
      ],
    },
    script: 'in',
  },
  {
    says: 'the header twice, the bad one first',
    request: {
      target: '/s',
      headers: [
        ['X-Lic', 'bad'],
        ['X-Lic', 'good'],
      ],
    },
    script: unknown,
  },
  { says: 'an escape in a header is none', request: { target: '/s', headers: { 'X-Lic': 'g%6fod' } }, script: unknown },
  { says: 'a plus in a header is none', request: { target: '/s', headers: { 'X-Lic': 'a+b' } }, script: unknown },
  { says: 'the cookie', request: { target: '/s', headers: { Cookie: 'a=1; lic=good; b=2' } }, script: 'in' },
  { says: 'the cookie twice', request: { target: '/s', headers: { Cookie: 'lic=good; lic=bad' } }, script: 'in' },
  { says: 'the cookie in capitals', request: { target: '/s', headers: { Cookie: 'Lic=good' } }, script: missing },
  { says: 'the cookie empty', request: { target: '/s', headers: { Cookie: 'lic=' } }, script: missing },
  {
    says: 'the query before header and cookie',
    request: { target: '/s?license=bad', headers: { 'X-Lic': 'good', Cookie: 'lic=good' } },
    script: unknown,
  },
  {
    says: 'an empty query is none, the header is asked',
    request: { target: '/s?license=', headers: { 'X-Lic': 'good' } },
    script: 'in',
  },
  {
    says: 'all three, and all are taken out',
    request: { target: '/s?q=1&license=good', headers: { 'X-Lic': 'bad', Cookie: 'a=1; lic=bad' } },
    script: 'in',
  },
  { says: 'the store fails', request: { target: '/s?license=good' }, script: unavailable, fails: 'exists' },
  {
    says: 'the store fails after the first word',
    request: { target: '/s?license=good&q=' },
    script: unavailable,
    fails: 'get',
  },
  {
    says: 'the store fails for an unknown one',
    request: { target: '/s?license=bad' },
    script: unavailable,
    fails: 'exists',
  },
  { says: 'the store fails, and nothing was given', request: { target: '/s' }, script: missing, fails: 'exists' },
  { says: 'the store fails, on an open path', request: { target: '/health' }, script: 'in', fails: 'exists' },
  {
    says: 'it ends this very moment',
    request: { target: '/s?license=first%20of+January' },
    script: expired,
    atNow: true,
  },
  { says: 'it ends in a millisecond', request: { target: '/s?license=a%20moment%20more' }, script: 'in', atNow: true },
];

export const rows: readonly Row[] = [
  ...gets.map(([says, target, script, edge]): Row => ({
    says,
    request: { target },
    script,
    ...(edge === undefined ? {} : { edge }),
  })),
  ...others,
];
