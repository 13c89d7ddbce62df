import type { Condition, Sight } from '../../condition.ts';
import { number, only, text, wrong, type Json, type ResponseBody, type WebAcl } from './shape.ts';
import type { AclSurroundings } from './options.ts';

export type AclAction = 'ALLOW' | 'BLOCK' | 'COUNT' | 'CAPTCHA' | 'CHALLENGE' | 'MONETIZE';

/** What becomes of a request when a rule matches. */
export interface Outcome {
  /** The rule's own name, without its group. */
  readonly rule: string;
  readonly group: string | null;
  readonly action: AclAction;
  readonly terminates: boolean;
  /** Of the answer, when there is one. */
  readonly status: number | null;
  /** Of the answer, as they are sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: { readonly type: string; readonly content: string } | null;
  /** Added to the request when it goes through, `x-amzn-waf-` already in front. */
  readonly insert: readonly (readonly [string, string])[];
  /** Seconds that a solved captcha or challenge is good for. */
  readonly immunity: number;
  /** Steers only, and is no finding. */
  readonly quiet?: boolean;
}

/** Where a rule stands. */
export interface Surrounding {
  readonly group: string | null;
  readonly prefix: string;
  readonly bodies: Readonly<Record<string, ResponseBody>>;
  readonly acl: WebAcl;
  /** Another action for the rule of this name, when the group's reference says so. */
  override(rule: string): Json | null;
  /** The marker behind a group that is only counted. */
  readonly countAfter: string | null;
}

const types: Readonly<Record<string, string>> = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
};

/** Statuses that a custom response may have. */
export const responseCodes: ReadonlySet<number> = new Set([
  200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414,
  415, 416, 421, 429, 500, 501, 502, 503, 504, 505,
]);

const pairs = (given: unknown, path: string): readonly (readonly [string, string])[] =>
  ((given ?? []) as Json[]).map((each) => [text(each['Name'], path), text(each['Value'], path)] as const);

export function outcomeOf(
  rule: {
    readonly Name: string;
    readonly Action?: Json;
    readonly CaptchaConfig?: Json;
    readonly ChallengeConfig?: Json;
  },
  around: Surrounding,
): Outcome {
  const path = `${rule.Name}.Action`;
  const [action, member] = only(rule.Action, path);
  const inserted = pairs((member['CustomRequestHandling'] as Json | undefined)?.['InsertHeaders'], path).map(
    ([name, value]) => [`x-amzn-waf-${name}`, value] as const,
  );
  const plain = {
    rule: rule.Name,
    group: around.group,
    headers: [],
    body: null,
    insert: inserted,
    immunity: 0,
  } as const;
  switch (action) {
    case 'Allow':
      return { ...plain, action: 'ALLOW', terminates: true, status: null };
    case 'Count':
      return { ...plain, action: 'COUNT', terminates: false, status: null };
    case 'Monetize':
      return { ...plain, action: 'MONETIZE', terminates: true, status: 402 };
    case 'Captcha':
    case 'Challenge': {
      const config = action === 'Captcha' ? 'CaptchaConfig' : 'ChallengeConfig';
      const given = (rule[config] ?? around.acl[config])?.['ImmunityTimeProperty'] as Json | undefined;
      const kind = action === 'Captcha' ? 'captcha' : 'challenge';
      return {
        ...plain,
        action: action === 'Captcha' ? 'CAPTCHA' : 'CHALLENGE',
        terminates: true,
        status: action === 'Captcha' ? 405 : 202,
        headers: [['x-amzn-waf-action', kind]],
        immunity: given === undefined ? 300 : number(given['ImmunityTime'], `${config}.ImmunityTime`),
      };
    }
    case 'Block': {
      const custom = member['CustomResponse'] as Json | undefined;
      const status = custom === undefined ? 403 : number(custom['ResponseCode'], `${path}.ResponseCode`);
      if (!responseCodes.has(status)) throw wrong(`${path}.ResponseCode`, `${status} cannot be a custom response`);
      const key = custom?.['CustomResponseBodyKey'] === undefined ? null : text(custom['CustomResponseBodyKey'], path);
      const body = key === null || !Object.hasOwn(around.bodies, key) ? undefined : around.bodies[key];
      if (key !== null && !body) throw wrong(path, `there is no custom response body \`${key}\``);
      return {
        ...plain,
        action: 'BLOCK',
        terminates: true,
        status,
        headers: pairs(custom?.['ResponseHeaders'], path),
        body: body ? { type: types[body.ContentType] ?? 'text/plain', content: body.Content } : null,
      };
    }
    default:
      throw wrong(path, `there is no action ${action}`);
  }
}

/** Has this viewer solved the captcha or challenge lately enough? */
export function tokenTest(outcome: Outcome, solved: AclSurroundings['solved']): Condition {
  const kind = outcome.action === 'CAPTCHA' ? 'captcha' : 'challenge';
  return {
    kind: 'statement',
    place: { file: 'web ACL', line: 1 },
    form: 'webacl:token',
    said: null,
    body: false,
    holds(sight: Sight) {
      const at = solved?.(kind, sight) ?? null;
      return at !== null && sight.clock.now() - at <= outcome.immunity * 1000;
    },
  };
}
