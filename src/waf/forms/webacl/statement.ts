import { addressSet, parseAddress } from '../../../base/ip.ts';
import type { Condition, Sight, StatementCondition } from '../../condition.ts';
import { scripts } from '../../languages/html/detect.ts';
import { compileFor } from '../../regex/pattern-matcher.ts';
import type { FidelityNote } from '../fidelity.ts';
import { note as because } from './because.ts';
import { bytesOf, fieldToMatch } from './field-to-match.ts';
import { forwardedBy } from './forwarded.ts';
import { labelMatch } from './labels.ts';
import type { AclSurroundings } from './options.ts';
import { rateBased } from './rate.ts';
import { injection } from './sensitivity.ts';
import { isObject, list, number, object, only, text, wrong, type Json, type References } from './shape.ts';
import { transformation } from './transforms.ts';

export interface StatementContext {
  readonly file: string;
  readonly prefix: string;
  /** The rule's number: what it labels by looking is seen by later numbers only. */
  readonly rule: number;
  readonly references: References;
  readonly surroundings: AclSurroundings;
  readonly note: FidelityNote;
}

/** The statements that hold others are nodes of the tree; every other one is a leaf that knows its own answer. */
export function readStatement(statement: unknown, path: string, context: StatementContext, top = false): Condition {
  const [kind, member] = only(statement, path);
  const at = `${path}.${kind}`;
  if (kind === 'AndStatement' || kind === 'OrStatement') {
    const parts = list(member['Statements'], `${at}.Statements`);
    if (parts.length === 0) throw wrong(`${at}.Statements`, 'at least one statement is wanted');
    const of = parts.map((part, index) => readStatement(part, `${at}.Statements[${index}]`, context));
    return { kind: kind === 'AndStatement' ? 'and' : 'or', of };
  }
  if (kind === 'NotStatement')
    return { kind: 'not', of: readStatement(member['Statement'], `${at}.Statement`, context) };
  if (kind === 'RateBasedStatement') {
    if (!top) throw wrong(at, 'a rate stands alone in its rule and cannot be nested');
    const rate = leaf(context, kind, member, false, rateBased(member, at, context));
    if (context.surroundings.awsLag !== true)
      context.note.say('approximate', 'AWS estimates rates about every ten seconds; here each request counts at once');
    if (member['ScopeDownStatement'] === undefined) return rate;
    return {
      kind: 'and',
      of: [readStatement(member['ScopeDownStatement'], `${at}.ScopeDownStatement`, context), rate],
    };
  }
  return simple(kind, member, at, context);
}

function leaf(
  context: StatementContext,
  kind: string,
  member: Json,
  body: boolean,
  holds: (sight: Sight) => boolean,
): StatementCondition {
  return {
    kind: 'statement',
    place: { file: context.file, line: 1 },
    form: 'webacl',
    said: { [kind]: member },
    body,
    holds,
  };
}

function simple(kind: string, member: Json, at: string, context: StatementContext): Condition {
  switch (kind) {
    case 'GeoMatchStatement':
      return geo(member, at, context);
    case 'AsnMatchStatement': {
      const wanted = new Set(list(member['AsnList'], `${at}.AsnList`).map((asn) => number(asn, at)));
      if (!context.surroundings.whereabouts)
        context.note.say('approximate', 'no source of AS numbers: every address has number 0');
      return byAddress(kind, member, at, context, (address) =>
        wanted.has(context.surroundings.whereabouts?.(address)?.asn ?? 0),
      );
    }
    case 'IPSetReferenceStatement': {
      const arn = text(member['ARN'], `${at}.ARN`);
      const addresses = context.references.ipSets.get(arn);
      if (!addresses) {
        context.note.say('impossible', `the IP set ${arn} was not given: write its file behind --beside`);
        return leaf(context, kind, member, false, () => false);
      }
      const { set, bad } = addressSet(addresses);
      if (bad.length > 0) throw wrong(at, `the IP set ${arn} has ${bad[0]}, which is no address block`);
      // One family per set: a mapped IPv4 address is IPv4, and belongs into an IPv4 set only.
      const family = addresses[0]?.includes(':') === true ? 6 : 4;
      return byAddress(kind, member, at, context, (text) => {
        const address = parseAddress(text);
        return address !== null && address.family === family && set.has(address);
      });
    }
    case 'LabelMatchStatement':
      return leaf(context, kind, member, false, labelMatch(member, at, context.prefix, context.rule));
    default:
      return component(kind, member, at, context);
  }
}

function byAddress(
  kind: string,
  member: Json,
  at: string,
  context: StatementContext,
  test: (address: string) => boolean,
): Condition {
  const key = kind === 'IPSetReferenceStatement' ? 'IPSetForwardedIPConfig' : 'ForwardedIPConfig';
  const from = forwardedBy(member[key], `${at}.${key}`);
  return leaf(context, kind, member, false, (sight) => {
    const found = from ? from(sight) : ({ kind: 'addresses', addresses: [sight.viewer.address] } as const);
    if (found.kind === 'absent') return false;
    const hit = found.kind === 'malformed' ? found.match : found.addresses.some(test);
    if (hit)
      because(sight, {
        statement: kind,
        component: from ? 'forwarded address' : 'address',
        seen: found.kind === 'addresses' ? found.addresses.join(',') : 'INVALID',
        certainty: 'exact',
      });
    return hit;
  });
}

function geo(member: Json, at: string, context: StatementContext): Condition {
  const wanted = new Set(list(member['CountryCodes'], `${at}.CountryCodes`).map((code) => text(code, at)));
  if (!context.surroundings.whereabouts)
    context.note.say('approximate', 'no source of geography: only the viewer’s own country is known, and no region');
  const from = forwardedBy(member['ForwardedIPConfig'], `${at}.ForwardedIPConfig`);
  return leaf(context, 'GeoMatchStatement', member, false, (sight) => {
    const found = from ? from(sight) : ({ kind: 'addresses', addresses: [sight.viewer.address] } as const);
    if (found.kind === 'absent') return false;
    if (found.kind === 'malformed') return found.match;
    const { country } = whereIs(sight, found.addresses[0] as string, context.surroundings);
    if (!wanted.has(country)) return false;
    because(sight, {
      statement: 'GeoMatchStatement',
      component: from ? 'forwarded country' : 'country',
      seen: country,
      certainty: 'exact',
    });
    return true;
  });
}

/** Country and region of an address; `XX` for what nobody knows. */
export function whereIs(
  sight: Sight,
  address: string,
  { whereabouts }: AclSurroundings,
): { readonly country: string; readonly region: string } {
  const known = whereabouts?.(address);
  const own = address === sight.viewer.address ? sight.viewer.country : undefined;
  return { country: known?.country ?? own ?? 'XX', region: known?.region ?? 'XX' };
}

/** Statements over a component of the request. Several values: one is enough. */
function component(kind: string, member: Json, at: string, context: StatementContext): Condition {
  const { test, certainty } = comparison(kind, member, at, context);
  const field = fieldToMatch(member, at);
  const transform = transformation(member, at);
  return leaf(context, kind, member, field.body, (sight) => {
    const extracted = field.read(sight);
    if (extracted.kind === 'forced') {
      if (extracted.match) because(sight, { statement: kind, component: field.name, seen: '', certainty: 'exact' });
      return extracted.match;
    }
    for (const { name, value } of extracted.values) {
      const seen = transform(value);
      if (!test(seen)) continue;
      because(sight, { statement: kind, component: name, seen: seen.slice(0, 256), certainty });
      return true;
    }
    return false;
  });
}

function comparison(
  kind: string,
  member: Json,
  at: string,
  context: StatementContext,
): { readonly test: (value: string) => boolean; readonly certainty: 'exact' | 'approximate' } {
  switch (kind) {
    case 'ByteMatchStatement':
      return {
        test: byteMatch(text(member['SearchString'], `${at}.SearchString`), member['PositionalConstraint'], at),
        certainty: 'exact',
      };
    case 'RegexMatchStatement':
      return { test: regex(text(member['RegexString'], `${at}.RegexString`)), certainty: 'exact' };
    case 'RegexPatternSetReferenceStatement': {
      const arn = text(member['ARN'], `${at}.ARN`);
      const patterns = context.references.regexSets.get(arn)?.map(regex);
      if (!patterns)
        context.note.say('impossible', `the regex pattern set ${arn} was not given: write its file behind --beside`);
      return { test: (value) => patterns?.some((pattern) => pattern(value)) ?? false, certainty: 'exact' };
    }
    case 'SizeConstraintStatement':
      return { test: size(member, at), certainty: 'exact' };
    case 'SqliMatchStatement':
      context.note.say('approximate', 'AWS does not publish its SQL injection engine; ours stands in for it');
      return { test: injection(member, at), certainty: 'approximate' };
    case 'XssMatchStatement':
      context.note.say('approximate', 'AWS does not publish its script injection engine; ours stands in for it');
      return { test: scripts, certainty: 'approximate' };
    default:
      throw wrong(at, 'there is no such statement here');
  }
}

function byteMatch(needle: string, constraint: unknown, at: string): (value: string) => boolean {
  switch (constraint) {
    case 'EXACTLY':
      return (value) => value === needle;
    case 'STARTS_WITH':
      return (value) => value.startsWith(needle);
    case 'ENDS_WITH':
      return (value) => value.endsWith(needle);
    case 'CONTAINS':
      return (value) => value.includes(needle);
    case 'CONTAINS_WORD': {
      if (!/^\w+$/.test(needle)) throw wrong(`${at}.SearchString`, 'a word is made of letters, digits and _');
      const inWord = (char: string | undefined): boolean => char !== undefined && /^\w$/.test(char);
      return (value) => {
        for (let found = value.indexOf(needle); found >= 0; found = value.indexOf(needle, found + 1)) {
          if (!inWord(value[found - 1]) && !inWord(value[found + needle.length])) return true;
        }
        return false;
      };
    }
    default:
      throw wrong(`${at}.PositionalConstraint`, 'EXACTLY, STARTS_WITH, ENDS_WITH, CONTAINS or CONTAINS_WORD is wanted');
  }
}

/** PCRE's own meaning of the dot: everything but a line break. */
const regex = (source: string): ((value: string) => boolean) => {
  const pattern = compileFor('RegexString', `(?-s)${bytesOf(source)}`);
  return (value) => pattern.test(value);
};

function size(member: Json, at: string): (value: string) => boolean {
  const wanted = number(member['Size'], `${at}.Size`);
  const compare: Readonly<Record<string, (length: number) => boolean>> = {
    EQ: (length) => length === wanted,
    NE: (length) => length !== wanted,
    LE: (length) => length <= wanted,
    LT: (length) => length < wanted,
    GE: (length) => length >= wanted,
    GT: (length) => length > wanted,
  };
  const holds = compare[String(member['ComparisonOperator'])];
  if (!holds) throw wrong(`${at}.ComparisonOperator`, 'EQ, NE, LE, LT, GE or GT is wanted');
  return (value) => holds(value.length);
}

/** Every statement in a JSON tree, itself first; rule groups are not looked into. */
export function* statementsIn(statement: unknown): Generator<readonly [kind: string, member: Json]> {
  if (!isObject(statement)) return;
  for (const [kind, member] of Object.entries(statement)) {
    if (!isObject(member)) continue;
    yield [kind, member];
    if (kind === 'NotStatement') yield* statementsIn(object(member, kind)['Statement']);
    else if (kind === 'AndStatement' || kind === 'OrStatement')
      for (const part of (member['Statements'] as unknown[] | undefined) ?? []) yield* statementsIn(part);
    if (member['ScopeDownStatement'] !== undefined) yield* statementsIn(member['ScopeDownStatement']);
  }
}
