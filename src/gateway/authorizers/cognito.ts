import * as z from 'zod/mini';
import { byDefault, optional, says } from '../../config/params.ts';
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { Fault } from '../../base/fault.ts';
import type { Reason } from '../../trace/reason.ts';
import { jwtReasons } from '../api-reasons.ts';
import { defineAuthorizer, type Finding } from '../authorizer.ts';
import type { CallError } from '../call.ts';
import { identityValues, parseIdentitySource } from '../identity-sources.ts';
import { keySets } from '../jwks.ts';
import { checkJwt, claimTexts } from '../jwt.ts';
import { Kept } from '../kept.ts';

/** Longest that a token is taken at its word without looking at its signature again. */
const KEPT_MS = 300_000;

const refused = (message: string, reason: Reason = jwtReasons.invalid): Finding => {
  const error: CallError = { type: 'UNAUTHORIZED', message, member: 'message' };
  return { kind: 'refusal', reason, error };
};

export default defineAuthorizer({
  name: 'cognito',
  says: 'REST APIs: tokens of Cognito user pools. A method without scopes wants an ID token, one with scopes an access token that has one of them.',
  options: () =>
    z.strictObject({
      pools: says(
        z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
        'ARNs of user pools, `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`; or the address of an issuer that plays one.',
      ),
      clients: optional(
        z.array(z.string().check(z.minLength(1))),
        'App clients whose tokens are taken; left out: every client of the pools, as on AWS.',
      ),
      identity: byDefault(z.string(), 'method.request.header.Authorization', 'The header field with the token.'),
      validate: optional(z.string(), 'A regular expression that the whole token must fit.'),
    }),
  open(options, parts) {
    const problem = (says: string): Fault =>
      new Fault('config.authorizer', 'config', `authorizer "${parts.name}": ${says}`);
    if (parts.api !== 'rest') throw problem('user pools are for REST APIs; use `jwt` with the issuer of the pool');
    const source = parseIdentitySource(options.identity);
    if (source?.from !== 'header') throw problem(`"${options.identity}" is no header field`);
    let form: RegExp | null = null;
    try {
      form = options.validate === undefined ? null : new RegExp(`^(?:${options.validate})$`);
    } catch {
      throw problem(`"${options.validate}" is no regular expression`);
    }
    const issuers = new Set(
      options.pools.map((pool) => {
        const arn = /^arn:[\w-]+:cognito-idp:([a-z0-9-]+):\d{12}:userpool\/([\w-]+)$/.exec(pool);
        if (arn) return `https://cognito-idp.${arn[1]}.amazonaws.com/${arn[2]}`;
        if (/^https?:\/\/[^\s?#]+$/.test(pool)) return pool;
        throw problem(`"${pool}" is neither the ARN of a user pool nor the address of an issuer`);
      }),
    );
    const sets = keySets(parts.fetchJson, parts.clock);
    const kept = new Kept<Finding>(parts.clock, 10_000);

    const judge = async (token: string, scopes: readonly string[], now: number): Promise<[Finding, number]> => {
      const issuer = issuerOf(token);
      if (issuer === null || !issuers.has(issuer)) return [refused('Unauthorized'), 0];
      const outcome = await checkJwt(token, { issuer, audience: options.clients ?? null, scopes }, sets, now);
      if (!outcome.ok) {
        const says = outcome.reason === 'the token has expired' ? 'The incoming token has expired' : 'Unauthorized';
        return [refused(says), 0];
      }
      if (outcome.claims['token_use'] !== (scopes.length === 0 ? 'id' : 'access')) return [refused('Unauthorized'), 0];
      return [
        { kind: 'decision', decision: 'allow', context: { claims: claimTexts(outcome.claims) } },
        Math.min(outcome.until, now + KEPT_MS),
      ];
    };

    return {
      kind: 'cognito',
      flush: () => kept.clear(),
      ask(exchange, call, { scopes }) {
        const value = identityValues([source], exchange.request, call)?.[0];
        if (value === undefined) return refused('Unauthorized', jwtReasons.missing);
        if (form && !form.test(value)) return refused('Unauthorized');
        const token = /^Bearer +(.+)$/i.exec(value)?.[1] ?? value;
        const key = `${parts.digest.sha256(token)} ${scopes.join(' ')}`;
        const there = kept.get(key);
        if (there) return there;
        return judge(token, scopes, exchange.clock.now()).then(([finding, until]) => {
          if (until > 0) kept.set(key, { ...finding, cached: true } as Finding, until);
          return finding;
        });
      },
    };
  },
});

/** Who a token says it is from, before anything of it is believed. */
function issuerOf(token: string): string | null {
  const bytes = fromBase64(token.split('.')[1] ?? '');
  if (bytes === null) return null;
  try {
    const { iss } = JSON.parse(fromUtf8(bytes)) as { iss?: unknown };
    return typeof iss === 'string' ? iss : null;
  } catch {
    return null;
  }
}
