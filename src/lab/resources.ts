import { wildcard } from '../base/match.ts';
import { parseResourceKey } from '../rules/resource.ts';
import type { Json } from '../waf/forms/webacl/shape.ts';

/** Pieces of AWS statements that several rules are made of. */
const none = [{ Priority: 0, Type: 'NONE' }];
const decoded = [{ Priority: 0, Type: 'URL_DECODE' }];

export const exactly = (field: Json, text: string, steps: readonly Json[] = none): Json =>
  byte(field, text, 'EXACTLY', steps);
const byte = (field: Json, text: string, constraint: string, steps: readonly Json[]): Json => ({
  ByteMatchStatement: {
    FieldToMatch: field,
    TextTransformations: steps,
    SearchString: text,
    PositionalConstraint: constraint,
  },
});
export const contains = (field: Json, text: string, steps: readonly Json[] = none): Json =>
  byte(field, text, 'CONTAINS', steps);
export const pattern = (field: Json, source: string, steps: readonly Json[] = none): Json => ({
  RegexMatchStatement: { FieldToMatch: field, TextTransformations: steps, RegexString: source },
});
export const sized = (field: Json, comparison: string, bytes: number): Json => ({
  SizeConstraintStatement: {
    FieldToMatch: field,
    TextTransformations: none,
    ComparisonOperator: comparison,
    Size: bytes,
  },
});
export const not = (statement: Json): Json => ({ NotStatement: { Statement: statement } });
export const any = (parts: readonly Json[]): Json =>
  parts.length === 1 ? (parts[0] as Json) : { OrStatement: { Statements: parts } };
export const all = (parts: readonly Json[]): Json =>
  parts.length === 1 ? (parts[0] as Json) : { AndStatement: { Statements: parts } };
export const method = { Method: {} };
export const path = { UriPath: {} };

/** `/orders/*` on the decoded path. */
export function pathLike(given: string): Json {
  const { exact } = wildcard(given);
  if (exact) return exactly(path, given, decoded);
  const head = given.slice(0, -1);
  if (given.endsWith('*') && !/[*?]/.test(head)) return byte(path, head, 'STARTS_WITH', decoded);
  const source = given
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return pattern(path, `^${source}$`, decoded);
}

/** What a key of the resource map means as a statement; null for `default`, a reason where AWS cannot say it. */
export function resourceStatement(key: string): Json | null | string {
  const read = parseResourceKey(key);
  if (read.kind === 'default') return null;
  if (read.kind === 'path')
    return all([...(read.method === null ? [] : [exactly(method, read.method)]), pathLike(read.path.pattern)]);
  return read.kind === 'arn' ? 'AWS WAF does not know execute-api ARNs; write the method and path' : read.says;
}
