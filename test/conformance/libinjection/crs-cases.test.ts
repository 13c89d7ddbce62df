import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import detectSqli from '../../../src/waf/operators/detect-sqli.ts';
import detectXss from '../../../src/waf/operators/detect-xss.ts';
import { all as transforms } from '../../../src/waf/transforms/all.gen.ts';

const TESTS = '../shared/data/crs4/tests';
const here = existsSync(TESTS);
if (!here) console.warn(`the rule set's own cases for the two detectors are not run: ${TESTS} is absent`);

const SQL_CHAIN = ['utf8toUnicode', 'urlDecodeUni', 'removeNulls'];
const HTML_CHAIN = ['utf8toUnicode', 'urlDecodeUni', 'htmlEntityDecode', 'jsDecode', 'cssDecode', 'removeNulls'];
const RULES = [942100, 942101, 941100, 941101];

interface Stage {
  readonly input?: {
    readonly uri?: string;
    readonly data?: unknown;
    readonly headers?: Readonly<Record<string, unknown>>;
  };
  readonly output?: {
    readonly log?: { readonly expect_ids?: readonly number[]; readonly no_expect_ids?: readonly number[] };
  };
}

interface CaseFile {
  readonly rule_id?: number;
  readonly tests?: readonly { readonly test_id?: number; readonly stages?: readonly Stage[] }[];
}

function files(): CaseFile[] {
  const wanted = new RegExp(`^(?:${RULES.join('|')})\\.yaml$`);
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => wanted.test(path.replace(/^.*[\\/]/, '')))
    .map((path) => parse(readFileSync(`${TESTS}/${path}`, 'utf8')) as CaseFile);
}

function pairs(query: string): string[] {
  return query.split('&').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)];
  });
}

/** Every value of the request that the rules look at, as bytes and form-decoded; XML gives its texts and attributes. */
function values({ input = {} }: Stage): string[] {
  const headers = Object.entries(input.headers ?? {});
  const found = headers
    .filter(([name]) => /^(?:cookie|referer|user-agent)$/i.test(name))
    .map(([, value]) => String(value));
  const uri = input.uri ?? '';
  const path = uri.replace(/\?.*$/s, '');
  found.push(path, path.slice(path.lastIndexOf('/') + 1));
  if (uri.includes('?')) found.push(...pairs(uri.slice(uri.indexOf('?') + 1)));
  const data = typeof input.data === 'string' ? input.data : '';
  if (headers.some(([name, value]) => /^content-type$/i.test(name) && String(value).includes('xml'))) {
    found.push(...[...data.matchAll(/="([^"]*)"|>([^<]*)</g)].map((match) => match[1] ?? match[2] ?? ''));
  } else found.push(...pairs(data));
  return found.map((value) => apply(['urlDecode'], Buffer.from(value, 'utf8').toString('latin1')));
}

function apply(chain: readonly string[], value: string): string {
  return chain.reduce((text, name) => {
    const transform = transforms.find((one) => one.name === name);
    if (transform === undefined) throw new Error(`there is no transformation ${name}`);
    return transform.apply(text);
  }, value);
}

function detects(rule: number, stage: Stage): boolean {
  const sql = rule >= 942000;
  const matcher = (sql ? detectSqli : detectXss).compile('', { readFile: () => '' });
  return values(stage).some((value) => matcher.test(apply(sql ? SQL_CHAIN : HTML_CHAIN, value)));
}

describe.runIf(here)("the rule set's own cases for @detectSQLi and @detectXSS, behind their transformations", () => {
  it('come out as recorded', () => {
    let rows = 0;
    for (const { rule_id: rule = 0, tests = [] } of files()) {
      for (const { test_id: id, stages = [] } of tests) {
        for (const stage of stages) {
          const { expect_ids: expected = [], no_expect_ids: unexpected = [] } = stage.output?.log ?? {};
          if (!expected.includes(rule) && !unexpected.includes(rule)) continue;
          rows++;
          expect(detects(rule, stage), `${rule}-${id}`).toBe(expected.includes(rule));
        }
      }
    }
    expect(rows).toBeGreaterThanOrEqual(15);
  });
});
