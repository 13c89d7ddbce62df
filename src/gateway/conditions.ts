import { addressSet, parseAddress, type AddressSet } from '../base/ip.ts';
import { wildcard } from '../base/match.ts';

/**
 * Condition operators of IAM policies, as far as API Gateway lists them. Several values of one key are alternatives;
 * several keys and operators must all hold. A key that is missing fails a positive operator and satisfies a negated one.
 */

/** A condition key's values in this request; an empty list or no entry means that it is missing. */
export type ConditionKeys = (key: string) => readonly string[];

/** One compiled `Condition` element. */
export type ConditionTest = (keys: ConditionKeys) => boolean;

interface Operator {
  readonly negated: boolean;
  /** Compiles the wanted values; says what is wrong with one of them, as a text. */
  compile(wanted: readonly string[]): ((value: string) => boolean) | string;
}

const some =
  (make: (wanted: string) => (value: string) => boolean) =>
  (wanted: readonly string[]): ((value: string) => boolean) => {
    const tests = wanted.map(make);
    return (value) => tests.some((test) => test(value));
  };

const equals = some((wanted) => (value) => value === wanted);
const equalsIgnoreCase = some((wanted) => (value) => value.toLowerCase() === wanted.toLowerCase());
const like = some((wanted) => {
  const pattern = wildcard(wanted);
  return (value) => pattern.test(value);
});
/** Each of the six colon-separated parts is matched on its own; a star does not cross a colon, but in the last part. */
const arnLike = some((wanted) => {
  const patterns = arnParts(wanted).map((part) => wildcard(part));
  return (value) => {
    const parts = arnParts(value);
    return parts.length === patterns.length && patterns.every((pattern, at) => pattern.test(parts[at] as string));
  };
});

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function numeric(
  compare: (value: number, wanted: number) => boolean,
  read: (text: string) => number,
): Operator['compile'] {
  return (wanted) => {
    const numbers: number[] = [];
    for (const text of wanted) {
      const number = read(text);
      if (Number.isNaN(number)) return `"${text}" cannot be compared here`;
      numbers.push(number);
    }
    return (value) => numbers.some((number) => compare(read(value), number));
  };
}

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
/** ISO 8601, or seconds since 1970. */
const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const ip: Operator['compile'] = (wanted) => {
  const { set, bad } = addressSet(wanted);
  if (bad.length > 0) return `"${bad[0]}" is no address or CIDR block`;
  return (value) => inSet(set, value);
};

function inSet(set: AddressSet, value: string): boolean {
  const address = parseAddress(value);
  return address !== null && set.has(address);
}

const bool: Operator['compile'] = (wanted) => {
  const wrong = wanted.find((text) => !/^(?:true|false)$/i.test(text));
  return wrong === undefined ? equalsIgnoreCase(wanted) : `"${wrong}" is neither true nor false`;
};

const positive: Readonly<Record<string, Operator['compile']>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoreCase,
  StringLike: like,
  NumericEquals: numeric((a, b) => a === b, number),
  NumericLessThan: numeric((a, b) => a < b, number),
  NumericLessThanEquals: numeric((a, b) => a <= b, number),
  NumericGreaterThan: numeric((a, b) => a > b, number),
  NumericGreaterThanEquals: numeric((a, b) => a >= b, number),
  DateEquals: numeric((a, b) => a === b, instant),
  DateLessThan: numeric((a, b) => a < b, instant),
  DateLessThanEquals: numeric((a, b) => a <= b, instant),
  DateGreaterThan: numeric((a, b) => a > b, instant),
  DateGreaterThanEquals: numeric((a, b) => a >= b, instant),
  Bool: bool,
  BinaryEquals: equals,
  IpAddress: ip,
  ArnEquals: arnLike,
  ArnLike: arnLike,
};

const negatedOf: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

const operators: ReadonlyMap<string, Operator> = new Map([
  ...Object.entries(positive).map(([name, compile]): [string, Operator] => [name, { negated: false, compile }]),
  ...Object.entries(negatedOf).map(([name, of]): [string, Operator] => [
    name,
    { negated: true, compile: positive[of] as Operator['compile'] },
  ]),
]);

/** Names without the `IfExists` and set prefixes; `Null` stands apart. */
export const conditionOperators: readonly string[] = [...operators.keys(), 'Null'];

/** Condition keys that API Gateway fills in without IAM; the rest are for signed callers or private APIs. */
export const plainKeys: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:referer',
  'aws:securetransport',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:useragent',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpcsourceip',
]);
const callerKeys =
  /^aws:(?:principal(?:arn|account|orgid|orgpaths|type|tag\/.+)|tokenissuetime|multifactorauth(?:present|age)|userid|username)$/;

/** Is it a key that this gateway can ever fill in? */
export const isKnownKey = (key: string): boolean =>
  plainKeys.has(key.toLowerCase()) || callerKeys.test(key.toLowerCase());

const listOf = (value: unknown): string[] | null => {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.every((each) => ['string', 'number', 'boolean'].includes(typeof each))
    ? list.map((each) => String(each))
    : null;
};

/** Compiles a `Condition` element; every mistake is told to `problem` with its place inside the element. */
export function compileConditions(condition: unknown, problem: (where: string, says: string) => void): ConditionTest {
  const tests: ConditionTest[] = [];
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) {
    problem('', 'wanted an object of operators');
    return () => false;
  }
  for (const [written, block] of Object.entries(condition as Record<string, unknown>)) {
    if (typeof block !== 'object' || block === null || Array.isArray(block)) {
      problem(written, 'wanted an object of condition keys');
      continue;
    }
    for (const [key, value] of Object.entries(block as Record<string, unknown>)) {
      const wanted = listOf(value);
      const where = `${written}.${key}`;
      if (wanted === null) problem(where, 'wanted a string or a list of strings');
      else if (!isKnownKey(key)) problem(where, `"${key}" is no condition key that API Gateway knows`);
      else {
        const test = compileOne(written, key, wanted);
        if (typeof test === 'string') problem(where, test);
        else tests.push(test);
      }
    }
  }
  return (keys) => tests.every((test) => test(keys));
}

function compileOne(written: string, key: string, wanted: readonly string[]): ConditionTest | string {
  const lower = key.toLowerCase();
  const [set, rest] = written.startsWith('ForAllValues:')
    ? (['all', written.slice(13)] as const)
    : written.startsWith('ForAnyValue:')
      ? (['any', written.slice(12)] as const)
      : (['one', written] as const);
  if (rest === 'Null') {
    if (!wanted.every((text) => /^(?:true|false)$/i.test(text)))
      return 'wanted "true" (the key must be missing) or "false"';
    return (keys) => wanted.some((text) => (text.toLowerCase() === 'true') === (keys(lower).length === 0));
  }
  const ifExists = rest.endsWith('IfExists');
  const name = ifExists ? rest.slice(0, -8) : rest;
  const operator = operators.get(name);
  if (!operator) return `"${name}" is no condition operator`;
  const test = operator.compile(wanted);
  if (typeof test === 'string') return test;
  const one = operator.negated ? (value: string): boolean => !test(value) : test;
  return (keys) => {
    const values = keys(lower);
    if (values.length === 0) {
      if (set === 'all') return true; // every one of none
      if (set === 'any') return ifExists;
      return ifExists || operator.negated;
    }
    if (set === 'any') return values.some(one);
    return values.every(one);
  };
}
