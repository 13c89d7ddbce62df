import { mostCapacity, rulesCapacity } from '../../capacity.ts';
import { isObject, type AclRule, type Json, type References } from './shape.ts';
import { statementsIn } from './statement.ts';
import { refusedByAws } from './regex-lint.ts';

/** Something that AWS would refuse, or take without a word and not do. */
export interface AclProblem {
  readonly path: string;
  readonly says: string;
}

const reserved = new Set(['awswaf', 'aws', 'waf', 'rulegroup', 'webacl', 'regexpatternset', 'ipset', 'managed']);
const name = /^[\w-]{1,128}$/;

/** What CreateWebACL would refuse, found before it is asked. Needles are byte strings here. */
export function checkRules(
  rules: readonly AclRule[],
  bodies: Readonly<Record<string, { readonly Content: string }>>,
  references?: References,
): readonly AclProblem[] {
  const problems: AclProblem[] = [];
  const say = (path: string, says: string): void => void problems.push({ path, says });
  let custom = 0;
  let referenced = 0;
  let rates = 0;
  for (const rule of rules) {
    if (!name.test(rule.Name)) say(rule.Name, 'a name has 1 to 128 letters, digits, - and _');
    for (const label of rule.RuleLabels ?? []) checkLabel(label.Name, rule.Name, say);
    const kinds = [...statementsIn(rule.Statement)];
    for (const [kind, member] of kinds) {
      if (kind.endsWith('ReferenceStatement')) referenced++;
      if (kind === 'RateBasedStatement') rates++;
      checkStatement(kind, member, rule.Name, say);
    }
    custom += checkAction(rule, bodies, say);
  }
  if (custom > 100) say('(all)', `${custom} custom headers > 100`);
  if (referenced > 50) say('(all)', `${referenced} reference statements > 50`);
  if (rates > 10) say('(all)', `${rates} rate rules > 10`);
  const sizes = Object.entries(bodies).map(
    ([key, body]) => [key, new TextEncoder().encode(body.Content).length] as const,
  );
  for (const [key, size] of sizes) if (size > 4096) say(`CustomResponseBodies.${key}`, `${size} bytes > 4096`);
  if (sizes.length > 50) say('CustomResponseBodies', `${sizes.length} bodies > 50`);
  if (sizes.reduce((sum, [, size]) => sum + size, 0) > 51_200) say('CustomResponseBodies', 'together more than 50 KB');
  const units = rulesCapacity(rules, references);
  if (units > mostCapacity) say('(all)', `${units} capacity units > ${mostCapacity}`);
  return problems;
}

function checkLabel(label: string, path: string, say: (path: string, says: string) => void): void {
  const parts = label.split(':');
  if (!/^[0-9A-Za-z_:-]{1,1024}$/.test(label) || parts.some((part) => part === '' || part.length > 128))
    say(path, `\`${label}\` is no label`);
  if (parts.length > 6) say(path, `\`${label}\` has more than 5 namespaces`);
  const taken = parts.find((part) => reserved.has(part));
  if (taken !== undefined) say(path, `\`${label}\` uses the reserved word ${taken}`);
}

function checkStatement(kind: string, member: Json, path: string, say: (path: string, says: string) => void): void {
  const steps = member['TextTransformations'] as readonly Json[] | undefined;
  if (steps && steps.length > 10) say(path, `${steps.length} transformations > 10`);
  if (
    (kind === 'AndStatement' || kind === 'OrStatement') &&
    ((member['Statements'] as unknown[] | undefined)?.length ?? 0) < 2
  )
    say(path, `${kind} needs at least two statements`);
  if (kind === 'ByteMatchStatement') {
    const length = String(member['SearchString']).length;
    if (length < 1 || length > 200) say(path, `a search string of ${length} bytes; 1 to 200 are taken`);
  }
  if (kind === 'RegexMatchStatement') {
    const source = String(member['RegexString']);
    if (source.length > 200) say(path, `a pattern of ${source.length} characters > 200`);
    const refused = refusedByAws(source);
    if (refused !== null) say(path, `the pattern uses ${refused}, which AWS refuses`);
  }
  if (kind === 'RateBasedStatement') {
    const limit = Number(member['Limit']);
    if (!(limit >= 10 && limit <= 2_000_000_000)) say(path, `a limit of ${limit}; 10 to 2000000000 are taken`);
    if (![60, 120, 300, 600].includes(Number(member['EvaluationWindowSec'] ?? 300)))
      say(path, 'the window is 60, 120, 300 or 600 seconds');
  }
  const field = member['FieldToMatch'];
  if (isObject(field)) checkField(field, member, path, say);
}

function checkField(field: Json, statement: Json, path: string, say: (path: string, says: string) => void): void {
  const single = (field['SingleHeader'] ?? field['SingleQueryArgument']) as Json | undefined;
  if (single && String(single['Name']).length > 64) say(path, 'a header or argument name longer than 64');
  if (('JA3Fingerprint' in field || 'JA4Fingerprint' in field) && statement['PositionalConstraint'] !== 'EXACTLY')
    say(path, 'a fingerprint can only be compared EXACTLY');
  if (
    statement['PreParseTextTransformations'] !== undefined &&
    !('SingleQueryArgument' in field) &&
    !('AllQueryArguments' in field)
  ) {
    say(path, 'PreParseTextTransformations are for query arguments only');
  }
}

function checkAction(
  rule: AclRule,
  bodies: Readonly<Record<string, unknown>>,
  say: (path: string, says: string) => void,
): number {
  const action = Object.values(rule.Action ?? {})[0] as Json | undefined;
  const response = action?.['CustomResponse'] as Json | undefined;
  const insert = ((action?.['CustomRequestHandling'] as Json | undefined)?.['InsertHeaders'] ?? []) as readonly Json[];
  const headers = [...insert, ...((response?.['ResponseHeaders'] ?? []) as readonly Json[])];
  if (headers.length > 10) say(rule.Name, `${headers.length} custom headers > 10`);
  const names = headers.map((header) => String(header['Name']).toLowerCase());
  for (const [at, header] of headers.entries()) {
    if (!/^[a-zA-Z0-9._$-]{1,64}$/.test(String(header['Name'])))
      say(rule.Name, `\`${String(header['Name'])}\` is no name for a custom header`);
    const { length } = String(header['Value']);
    if (length < 1 || length > 255) say(rule.Name, `a header value of ${length} characters; 1 to 255 are taken`);
    if (names.indexOf(names[at] as string) !== at) say(rule.Name, `the header ${names[at]} is set twice`);
  }
  if (
    ((response?.['ResponseHeaders'] ?? []) as readonly Json[]).some(
      (header) => String(header['Name']).toLowerCase() === 'content-type',
    )
  )
    say(rule.Name, 'content-type cannot be set on a response');
  const key = response?.['CustomResponseBodyKey'] as string | undefined;
  if (key !== undefined && bodies[key] === undefined) say(rule.Name, `there is no custom response body \`${key}\``);
  const named = Object.keys(rule.Action ?? {})[0];
  if ('RateBasedStatement' in rule.Statement && (named === 'Allow' || named === 'Monetize'))
    say(rule.Name, `a rate rule cannot ${named}`);
  return headers.length;
}
