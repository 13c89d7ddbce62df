import * as z from 'zod/mini';
import { byDefault, says } from '../../config/params.ts';
import { Fault } from '../../base/fault.ts';
import { HeaderList } from '../../http/headers.ts';
import { jwtReasons } from '../api-reasons.ts';
import { defineAuthorizer, type Finding } from '../authorizer.ts';
import type { CallError } from '../call.ts';
import { identityValues, parseIdentitySource } from '../identity-sources.ts';
import { keySets } from '../jwks.ts';
import { checkJwt, claimTexts, type JwtOutcome } from '../jwt.ts';
import { Kept } from '../kept.ts';

/** Longest that a token is taken at its word without looking at its signature again. */
const KEPT_MS = 300_000;

const unauthorized: CallError = { type: 'UNAUTHORIZED', message: 'Unauthorized', member: 'message' };
const forbidden: CallError = { type: 'ACCESS_DENIED', message: 'Forbidden', member: 'message' };

export default defineAuthorizer({
  name: 'jwt',
  says: "A JSON Web Token of an OpenID issuer: signature (RSA), issuer, audience, times and the route's scopes.",
  options: () =>
    z.strictObject({
      issuer: says(
        z
          .string()
          .check(z.regex(/^https?:\/\/[^\s?#]+$/, { error: 'wanted the issuer\'s address, as it stands in "iss"' })),
        'As it stands in `iss`; its discovery document is at `/.well-known/openid-configuration` below it.',
      ),
      audience: says(
        z.array(z.string().check(z.minLength(1))).check(z.minLength(1), z.maxLength(50)),
        'One of these must be in `aud`, or be the `client_id`.',
      ),
      identity: byDefault(
        z.string(),
        '$request.header.Authorization',
        'Where the token is: `$request.header.X` or `$request.querystring.X`.',
      ),
    }),
  open(options, parts) {
    const source = parseIdentitySource(options.identity);
    if (!source || (source.from !== 'header' && source.from !== 'query')) {
      throw new Fault(
        'config.authorizer',
        'config',
        `authorizer "${parts.name}": "${options.identity}" is no place for a token`,
      );
    }
    const sets = keySets(parts.fetchJson, parts.clock);
    // Keyed by hash, so that no token lies in memory longer than its request.
    const kept = new Kept<Finding>(parts.clock, 10_000);

    const found = (outcome: JwtOutcome, scopes: readonly string[]): Finding => {
      if (outcome.ok) {
        return {
          kind: 'decision',
          decision: 'allow',
          context: { jwt: { claims: claimTexts(outcome.claims), scopes: outcome.scopes } },
        };
      }
      const wanted = scopes.length === 0 ? '' : `scope="${scopes.join(' ')}" `;
      const error = outcome.why === 'scope' ? 'insufficient_scope' : 'invalid_token';
      const headers = HeaderList.of({
        'www-authenticate': `Bearer ${wanted}error="${error}" error_description="${outcome.reason}"`,
      });
      return outcome.why === 'scope'
        ? { kind: 'refusal', reason: jwtReasons.scope, error: forbidden, headers }
        : { kind: 'refusal', reason: jwtReasons.invalid, error: unauthorized, headers };
    };

    return {
      kind: 'jwt',
      flush: () => kept.clear(),
      ask(exchange, call, { scopes }) {
        const value = identityValues([source], exchange.request, call)?.[0];
        if (value === undefined)
          return {
            kind: 'refusal',
            reason: jwtReasons.missing,
            error: unauthorized,
            headers: HeaderList.of({ 'www-authenticate': 'Bearer' }),
          };
        const token = /^Bearer +(.+)$/i.exec(value)?.[1] ?? value;
        const key = `${parts.digest.sha256(token)} ${scopes.join(' ')}`;
        const there = kept.get(key);
        if (there) return there;
        const now = exchange.clock.now();
        return checkJwt(token, { ...options, scopes }, sets, now).then((outcome) => {
          const finding = found(outcome, scopes);
          if (outcome.ok)
            kept.set(key, { ...finding, cached: true } as Finding, Math.min(outcome.until, now + KEPT_MS));
          return finding;
        });
      },
    };
  },
});
