import type { MatchCondition, Target } from '../../condition.ts';
import { constantOf } from '../../macro.ts';
import { awsTransform } from './transforms.ts';
import { refusedByAws } from './regex-lint.ts';
import type { Json } from './shape.ts';

/** Why something has no place in a web ACL. */
export class DoesNotFit extends Error {}

/** An IP set that the rules need beside them. */
export interface WrittenSet {
  readonly name: string;
  readonly version: 'IPV4' | 'IPV6';
  readonly addresses: readonly string[];
}

export interface WriteMatchContext {
  /** Keeps the sets and gives the ARN to write for one. */
  set(set: Omit<WrittenSet, 'name'>): string;
  approximate(reason: string): void;
}

const bytes: Readonly<Record<string, string>> = {
  contains: 'CONTAINS',
  beginswith: 'STARTS_WITH',
  endswith: 'ENDS_WITH',
  streq: 'EXACTLY',
  containsword: 'CONTAINS_WORD',
  strmatch: 'CONTAINS',
};
const compares: Readonly<Record<string, string>> = { eq: 'EQ', ge: 'GE', gt: 'GT', le: 'LE', lt: 'LT' };

/** A comparison of ours in AWS's words, or `DoesNotFit`. */
export function writeMatch(condition: MatchCondition, context: WriteMatchContext): Json {
  const argument = constantOf(condition.argument);
  if (argument === null) throw new DoesNotFit('its argument is made while a request runs');
  if (condition.exclusions.length > 0) throw new DoesNotFit('it leaves some values out, and AWS cannot');
  if (condition.multiMatch) throw new DoesNotFit('it looks at a value after each transformation');
  const parts = condition.targets.map((target) => writeTarget(target, condition, argument, context));
  return orOf(parts);
}

export const orOf = (parts: readonly Json[]): Json =>
  parts.length === 1 ? (parts[0] as Json) : { OrStatement: { Statements: parts } };
export const andOf = (parts: readonly Json[]): Json =>
  parts.length === 1 ? (parts[0] as Json) : { AndStatement: { Statements: parts } };

function writeTarget(target: Target, condition: MatchCondition, argument: string, context: WriteMatchContext): Json {
  const operator = condition.operator.toLowerCase();
  if (target.field === 'REMOTE_ADDR') return negate(address(operator, argument, context), condition, null);
  if (target.field === 'GEO') return negate(country(operator, argument), condition, null);
  const { field, first } = fieldOf(target, context);
  const names = condition.transforms.map((name) => name.toLowerCase()).filter((name) => name !== 'none');
  const sized = names.at(-1) === 'length';
  const steps = [
    ...(first === null ? [] : [first]),
    ...(sized ? names.slice(0, -1) : names).map((name) => {
      const aws = awsTransform[name];
      if (aws === undefined) throw new DoesNotFit(`AWS has no transformation like \`${name}\``);
      return aws;
    }),
  ];
  if (steps.length > 10) throw new DoesNotFit(`${steps.length} transformations > 10`);
  const body = (extra: readonly string[] = []): Json => ({
    FieldToMatch: field,
    TextTransformations:
      [...steps, ...extra].length === 0
        ? [{ Priority: 0, Type: 'NONE' }]
        : [...steps, ...extra].map((Type, Priority) => ({ Priority, Type })),
  });
  if (target.count) {
    if (operator === 'eq' && argument === '0')
      return {
        NotStatement: { Statement: { SizeConstraintStatement: { ...body(), ComparisonOperator: 'GE', Size: 0 } } },
      };
    throw new DoesNotFit('AWS does not count values');
  }
  const said = compare(operator, argument, sized, body, context);
  return negate(said, condition, body());
}

/** Of several values ours asks whether one does *not* match; AWS can only deny that any does. A value has to be there. */
function negate(said: Json, condition: MatchCondition, present: Json | null): Json {
  if (!condition.negated) return said;
  const not = { NotStatement: { Statement: said } };
  return present === null
    ? not
    : {
        AndStatement: {
          Statements: [{ SizeConstraintStatement: { ...present, ComparisonOperator: 'GE', Size: 0 } }, not],
        },
      };
}

function compare(
  operator: string,
  argument: string,
  sized: boolean,
  body: (extra?: readonly string[]) => Json,
  context: WriteMatchContext,
): Json {
  if (sized) {
    const comparison = compares[operator];
    if (comparison === undefined || !/^\d+$/.test(argument))
      throw new DoesNotFit(`a length cannot be compared with @${operator}`);
    return { SizeConstraintStatement: { ...body(), ComparisonOperator: comparison, Size: Number(argument) } };
  }
  const constraint = bytes[operator];
  if (constraint !== undefined) {
    if (argument.length < 1 || argument.length > 200)
      throw new DoesNotFit(`a search string of ${argument.length} bytes; 1 to 200 are taken`);
    return { ByteMatchStatement: { ...body(), SearchString: argument, PositionalConstraint: constraint } };
  }
  switch (operator) {
    case 'rx': {
      if (argument.length > 200) throw new DoesNotFit(`a pattern of ${argument.length} characters > 200`);
      const refused = refusedByAws(argument);
      if (refused !== null) throw new DoesNotFit(`its pattern uses ${refused}, which AWS refuses`);
      return { RegexMatchStatement: { ...body(), RegexString: argument } };
    }
    case 'pm': {
      const phrases = argument.split(/\s+/).filter((phrase) => phrase !== '');
      if (phrases.some((phrase) => phrase.includes('|'))) throw new DoesNotFit('a phrase with hexadecimal bytes in it');
      return orOf(
        phrases.map((phrase) => ({
          ByteMatchStatement: {
            ...body(['LOWERCASE']),
            SearchString: phrase.toLowerCase(),
            PositionalConstraint: 'CONTAINS',
          },
        })),
      );
    }
    case 'detectsqli':
      context.approximate('AWS’s SQL injection engine judges differently from ours');
      return { SqliMatchStatement: { ...body(), SensitivityLevel: 'LOW' } };
    case 'detectxss':
      context.approximate('AWS’s script injection engine judges differently from ours');
      return { XssMatchStatement: body() };
    default:
      throw new DoesNotFit(`AWS has no comparison like @${operator}`);
  }
}

function address(operator: string, argument: string, context: WriteMatchContext): Json {
  if (operator !== 'ipmatch') throw new DoesNotFit(`an address cannot be compared with @${operator}`);
  const all = argument
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const families = [
    ['IPV4', all.filter((each) => !each.includes(':')).map((each) => (each.includes('/') ? each : `${each}/32`))],
    ['IPV6', all.filter((each) => each.includes(':')).map((each) => (each.includes('/') ? each : `${each}/128`))],
  ] as const;
  for (const block of all) if (block.endsWith('/0')) throw new DoesNotFit('AWS takes no /0 in an IP set');
  return orOf(
    families
      .filter(([, addresses]) => addresses.length > 0)
      .map(([version, addresses]) => ({ IPSetReferenceStatement: { ARN: context.set({ version, addresses }) } })),
  );
}

function country(operator: string, argument: string): Json {
  if (operator !== 'streq' && operator !== 'within' && operator !== 'pm')
    throw new DoesNotFit(`a country cannot be compared with @${operator}`);
  const codes = argument.split(/[\s,|]+/).filter((code) => code !== '');
  if (codes.some((code) => !/^[A-Za-z]{2}$/.test(code)))
    throw new DoesNotFit(`\`${argument}\` is no list of countries`);
  return { GeoMatchStatement: { CountryCodes: codes.map((code) => code.toUpperCase()) } };
}

/** `first`: what our field has done to its values already and AWS's has not. */
function fieldOf(
  { field, selector }: Target,
  context: WriteMatchContext,
): { readonly field: Json; readonly first: string | null } {
  if (selector.kind === 'pattern') throw new DoesNotFit('AWS cannot choose values by a pattern of their names');
  const key = selector.kind === 'key' ? selector.key : null;
  const all = (kind: 'Headers' | 'Cookies', scope: string): Json => ({
    [kind]: {
      MatchPattern: key === null ? { All: {} } : { [`Included${kind}`]: [key] },
      MatchScope: scope,
      OversizeHandling: 'CONTINUE',
    },
  });
  switch (field) {
    case 'REQUEST_METHOD':
      return { field: { Method: {} }, first: null };
    case 'QUERY_STRING':
      return { field: { QueryString: {} }, first: null };
    case 'REQUEST_FILENAME':
      return { field: { UriPath: {} }, first: 'URL_DECODE' };
    case 'REQUEST_HEADERS':
      return { field: key === null ? all('Headers', 'VALUE') : { SingleHeader: { Name: key } }, first: null };
    case 'REQUEST_HEADERS_NAMES':
      return { field: all('Headers', 'KEY'), first: null };
    case 'REQUEST_COOKIES':
      if (key !== null) context.approximate('AWS compares names of cookies with case');
      return { field: all('Cookies', 'VALUE'), first: null };
    case 'REQUEST_COOKIES_NAMES':
      return { field: all('Cookies', 'KEY'), first: null };
    case 'ARGS_GET':
      return {
        field: key === null ? { AllQueryArguments: {} } : { SingleQueryArgument: { Name: key } },
        first: 'URL_DECODE',
      };
    case 'REQUEST_BODY':
      context.approximate('AWS sees the first part of a body, whatever its type');
      return { field: { Body: { OversizeHandling: 'CONTINUE' } }, first: null };
    default:
      throw new DoesNotFit(`AWS has no component like ${field}`);
  }
}
