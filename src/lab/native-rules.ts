import type { Json } from '../waf/forms/webacl/shape.ts';
import { DoesNotFit, type WrittenSet } from '../waf/forms/webacl/write-match.ts';
import { refusedByAws } from '../waf/forms/webacl/regex-lint.ts';
import { scanners } from '../rules/pages/user-agent.ts';
import { size } from '../config/words.ts';
import { all, any, contains, exactly, method, not, path, pathLike, pattern, sized } from './resources.ts';

/** One thing that a built-in rule refuses, as a statement that holds when it is refused. */
export interface NativeCheck {
  readonly suffix: string;
  readonly statement: Json;
  readonly status: number;
  readonly count?: true;
}

export interface NativeContext {
  set(set: Omit<WrittenSet, 'name'>): string;
  approximate(reason: string): void;
  impossible(reason: string): void;
}

type Params = Readonly<Record<string, unknown>>;
type Native = (params: Params, context: NativeContext) => readonly NativeCheck[];

const header = (name: string): Json => ({ SingleHeader: { Name: name.toLowerCase() } });
const present = (name: string): Json => sized(header(name), 'GE', 0);
const check = (suffix: string, statement: Json, status = 403): NativeCheck => ({ suffix, statement, status });
const strings = (value: unknown): readonly string[] => (value as readonly string[] | undefined) ?? [];

function regex(field: Json, source: string, ignoreCase: boolean, steps?: readonly Json[]): Json {
  const whole = ignoreCase ? `(?i)${source}` : source;
  if (whole.length > 200) throw new DoesNotFit(`a pattern of ${whole.length} characters > 200`);
  const refused = refusedByAws(whole);
  if (refused !== null) throw new DoesNotFit(`a pattern uses ${refused}, which AWS refuses`);
  return pattern(field, whole, steps);
}

/** Built-in rules to AWS statements. What one of them has beyond AWS is said to the context; a rule that is not here is code. */
export const nativeRules: Readonly<Record<string, Native>> = {
  'ip-set'(params, context) {
    if (params['forwarded'] !== undefined)
      throw new DoesNotFit(
        'AWS takes an address at a fixed place of the header and does not walk past trusted proxies',
      );
    const inSet = (blocks: readonly string[]): Json =>
      any(
        [
          [
            'IPV4',
            blocks
              .filter((block) => !block.includes(':'))
              .map((block) => (block.includes('/') ? block : `${block}/32`)),
          ] as const,
          [
            'IPV6',
            blocks
              .filter((block) => block.includes(':'))
              .map((block) => (block.includes('/') ? block : `${block}/128`)),
          ] as const,
        ].flatMap(([version, addresses]) =>
          addresses.length === 0 ? [] : [{ IPSetReferenceStatement: { ARN: context.set({ version, addresses }) } }],
        ),
      );
    const denied = strings(params['deny']);
    const allowed = strings(params['allow']);
    for (const block of [...denied, ...allowed])
      if (block.endsWith('/0')) throw new DoesNotFit('AWS takes no /0 in an IP set');
    return [
      ...(denied.length > 0 ? [check('denied', inSet(denied))] : []),
      ...(allowed.length > 0 ? [check('not-allowed', not(inSet(allowed)))] : []),
    ];
  },

  'header-check'(params, context) {
    if (strings(params['single']).length > 0) context.impossible('`single`: AWS cannot count header lines');
    const fields = (key: string): readonly (readonly [string, string])[] =>
      Object.entries((params[key] as Record<string, string> | undefined) ?? {});
    if (fields('match').length > 0)
      context.approximate('`match`: of several lines AWS is content with one that matches');
    const bad = [
      ...strings(params['required']).map((name) => not(present(name))),
      ...strings(params['forbidden']).map(present),
      ...fields('match').map(([name, source]) => all([present(name), not(regex(header(name), source, false))])),
      ...fields('refuse').map(([name, source]) => regex(header(name), source, false)),
    ];
    return bad.length === 0 ? [] : [check('headers', any(bad))];
  },

  'method-and-path'(params, context) {
    if (params['denyPattern'] !== undefined || strings(params['deny']).length + strings(params['allow']).length > 0)
      context.approximate('AWS decodes + in a path to a blank');
    const methods = strings(params['methods']);
    const allowed = strings(params['allow']);
    const denied = [
      ...strings(params['deny']).map(pathLike),
      ...(typeof params['denyPattern'] === 'string'
        ? [regex(path, params['denyPattern'], false, [{ Priority: 0, Type: 'URL_DECODE' }])]
        : []),
    ];
    return [
      ...(methods.length > 0 ? [check('method', not(any(methods.map((name) => exactly(method, name)))), 405)] : []),
      ...(denied.length > 0 ? [check('denied', any(denied))] : []),
      ...(allowed.length > 0 ? [check('not-allowed', not(any(allowed.map(pathLike))))] : []),
    ];
  },

  'size-limits'(params, context) {
    const bytes = (key: string): number | null =>
      params[key] === undefined ? null : size(params[key] as number | string);
    for (const key of ['queryParameters', 'headers', 'headerCount'])
      if (params[key] !== undefined) context.impossible(`\`${key}\`: AWS neither counts nor adds up`);
    const target = bytes('path');
    const query = bytes('query');
    const value = bytes('headerValue');
    const body = bytes('body');
    if (body !== null)
      context.approximate('AWS measures the body itself, up to its limit, instead of the declared length');
    const headers = { Headers: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'MATCH' } };
    return [
      ...(target === null ? [] : [check('path', sized(path, 'GT', target), 414)]),
      ...(query === null ? [] : [check('query', sized({ QueryString: {} }, 'GT', query), 414)]),
      ...(value === null ? [] : [check('header-value', sized(headers, 'GT', value), 403)]),
      ...(body === null
        ? []
        : [
            check('body', sized({ Body: { OversizeHandling: body < 16_384 ? 'MATCH' : 'CONTINUE' } }, 'GT', body), 413),
          ]),
      ...(params['lengthRequired'] === true
        ? [check('length', all([present('transfer-encoding'), not(present('content-length'))]), 411)]
        : []),
    ];
  },

  'user-agent'(params) {
    const agent = header('user-agent');
    const lower = [{ Priority: 0, Type: 'LOWERCASE' }];
    const allowed = strings(params['allow']).map((source) => regex(agent, source, true));
    const unless = (statement: Json): Json => (allowed.length === 0 ? statement : all([not(any(allowed)), statement]));
    const denied = strings(params['deny']).map((source) => regex(agent, source, true));
    const counted = strings(params['count']).map((source) => regex(agent, source, true));
    return [
      ...(params['required'] === false ? [] : [check('missing', not(sized(agent, 'GT', 0)))]),
      ...(params['scanners'] === false
        ? []
        : [check('scanner', unless(any(scanners.map((name) => contains(agent, name, lower)))))]),
      ...(denied.length > 0 ? [check('denied', unless(any(denied)))] : []),
      ...(counted.length > 0 ? [{ ...check('counted', any(counted)), count: true as const }] : []),
    ];
  },
};
