import { describe, expect, it } from 'vitest';
import { sqlVerdict } from './detect.ts';
import { wordCount } from './word-table.ts';
import { letterOf, VALUES } from './token.ts';

/** Value, reason, context: one row for each thing that the grammar must see. */
const ATTACKS: readonly (readonly [value: string, reason: string, context: string])[] = [
  ['1 or 1=1', 'comparison', 'as it stands'],
  ["x' or 'a'='a", 'logic', 'inside single quotes'],
  ['x" or "a"="a', 'logic', 'inside double quotes'],
  ['x` or 1=1-- ', 'logic', 'inside backticks'],
  ['-1 union all select null,version()', 'union', 'as it stands'],
  ['(select password from users)', 'subquery', 'as it stands'],
  ['1;drop table users', 'statement', 'as it stands'],
  ["admin'--", 'cut-off', 'inside single quotes'],
  ["a'+'b", 'wrapped', 'inside single quotes'],
  ['1 order by 9', 'clause', 'as it stands'],
  ["x' into outfile '/tmp/x", 'output-file', 'inside single quotes'],
  ["1 waitfor delay '0:0:5'", 'wait', 'as it stands'],
  ['sleep(20)', 'call', 'as it stands'],
  ["1'or\xa01=1", 'logic', 'inside single quotes'],
  ["\\' or 1=1-- ", 'logic', 'inside single quotes'],
];

/** Published ways past libinjection, all of which must be caught. */
const BYPASSES: readonly (readonly [where: string, value: string])[] = [
  ['libinjection #26, five tokens', '0); show warnings; set @q=0x53454c; prepare stmt from @q; execute stmt;#'],
  ['client9 #156, square brackets', "[1337 INTO OUTFILE 'xxx'--]"],
  ['client9 #156, square brackets', '[1 or 1=1]'],
  ['client9 #125', "'-sqlite_version() UNION SELECT password FROM users-- "],
  ['client9 #125', ')-sleep(9999'],
  ['client9 #125', "1337) INTO OUTFILE 'xxx'--"],
  ['client9 #125', '123);DROP TABLE users--'],
  ['client9 #125', ') OR (SELECT password FROM users'],
  ['client9 #125', '*/UNION SELECT password FROM users--'],
  ['client9 #130, a variable without a name', '1<@. union select 1,2'],
  ['client9 #130, a variable without a name', '1<@.or 1=1'],
  ['client9 #135, one more quote', "' OR 1=1;' "],
  ['CRS #1181, braces', '9999 or {`if`(2=(select 2 from users))}'],
  ['CRS #1181, braces', '1 and{`if`updatexml(1,concat(0x3a,(select 1)),1)}'],
  [
    'libinjection #58, braces and code in comments',
    '9999 or {if length((/*!5000select username/*!50000from*/user where id=1))>0}',
  ],
  ['CRS #780', '1 or true'],
  ['words only', 'null union select password from users'],
  ['CRS #4733, backticks', '`OR 1=1 -- '],
  ['CRS #3733, MySQL comment', "admin'#"],
  ['CRS #2568, SQLite parameters', "admin@juice-sh.op'or?--"],
  ['CRS #2568, SQLite parameters', "admin@juice-sh.op'or rowid*?--"],
];

/** Published false positives of libinjection, none of which may be raised. */
const HARMLESS: readonly (readonly [where: string, value: string])[] = [
  ['CRS #3672', 'bunting-(epson-10-color-quality-print)/'],
  ['CRS #1416', '006--u-m4YIaIyga-cq8yK'],
  ['libddwaf #94', '(see 1) -- or the other list'],
  [
    'libinjection #45',
    "<Filter><And><PropertyIsEqualTo escape='/'><Literal>2730</Literal></PropertyIsEqualTo><PropertyIsEqualTo escape='/'>",
  ],
  ['CRS #3937', 'I have read the <a href="/privacy-policy/">privacy policy</a>'],
  ['client9 #63', '1406~G~(P)~somedata'],
  ['client9 #49', 'Toronto, ON, Canada - (YYZ)'],
  ['client9 #81', '/foo/(foobar)/index.php'],
  ['client9 #157', 'cos(accckt)'],
  ['client9 #91', 'Select * from Monitor where ID = 182517'],
  ['prose', 'it is 5 or 6, and a union of all; select one from the list -- and drop it'],
  ['words only', 'choose all and drop the table or update the index set'],
  ['names', "Sean O'Brien and Mary D'Angelo"],
  ['measures', '1/4"-1/2" wide ribbon, 5\'10" tall'],
  ['searches', '"rose gold" necklace --infant -child'],
  ['filters', 'status=1 and type=2'],
  ['code', 'items.join(\'+\').split("|")'],
  ['licence comments', '/*! normalize v8.0.1 */ html{line-height:1.15}'],
  ['passwords', '!@#$%^'],
  ['UUIDs', '550e8400-e29b-41d4-a716-446655440000'],
];

describe('SQL injection', () => {
  it.each(ATTACKS)('%j is one: %s, %s', (value, reason, context) => {
    expect(sqlVerdict(value)).toMatchObject({ injected: true, reason, context });
  });

  it.each(BYPASSES)('%s: %j is caught', (_, value) => expect(sqlVerdict(value)).not.toBeNull());

  it.each(HARMLESS)('%s: %j is let through', (_, value) => expect(sqlVerdict(value)).toBeNull());

  it('says what it saw', () => {
    expect(sqlVerdict('1 union select 2')).toEqual({
      injected: true,
      context: 'as it stands',
      dialect: 'standard',
      reason: 'union',
      form: '1UE1',
      says: 'Read as it stands, the value adds a UNION with a SELECT of its own.',
      end: 16,
    });
    expect(sqlVerdict("admin'#")).toMatchObject({ dialect: 'mysql', form: 'sc' });
  });

  it('has the tables it was reviewed with', () => {
    expect([ATTACKS.length, BYPASSES.length, HARMLESS.length]).toEqual([15, 21, 20]);
    expect(wordCount).toBe(591);
    expect(new Set(Array.from({ length: VALUES + 1 }, (_, kind) => letterOf(kind))).size).toBe(VALUES + 1);
  });
});
