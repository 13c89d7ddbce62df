import type { JWTPayload } from 'jose';
import type { KeySets } from './jwks.ts';

/** JSON Web Tokens as an HTTP API's JWT authorizer checks them. */

export interface JwtRules {
  readonly issuer: string;
  /** One of these must be in `aud`, or be the `client_id` where there is no `aud`; null: whoever it is for. */
  readonly audience: readonly string[] | null;
  /** One of these must be among the token's scopes; none: scopes do not matter. */
  readonly scopes: readonly string[];
}

export type JwtOutcome =
  | {
      readonly ok: true;
      readonly claims: JWTPayload;
      readonly scopes: readonly string[] | null;
      readonly until: number;
    }
  /** `reason` is for `www-authenticate`: what is wrong with the token, never its content. */
  | { readonly ok: false; readonly why: 'invalid' | 'scope'; readonly reason: string };

/** RSA only, as AWS has it; `none` and shared secrets are never taken. */
const algorithms = ['RS256', 'RS384', 'RS512'];

const invalid = (reason: string): JwtOutcome => ({ ok: false, why: 'invalid', reason });

/** Rejects with a `Fault` only when the issuer's keys cannot be had. */
export async function checkJwt(token: string, rules: JwtRules, keySets: KeySets, now: number): Promise<JwtOutcome> {
  const jose = await loadJose();
  const { errors } = jose;
  let claims: JWTPayload;
  try {
    claims = await verified(jose, token, rules, keySets, now);
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError || thrown instanceof TypeError) return invalid(reasonOf(errors, thrown));
    throw thrown;
  }
  const seconds = now / 1000;
  if (typeof claims.exp !== 'number') return invalid('the token has no expiry');
  if (claims.iat !== undefined && claims.iat > seconds) return invalid('the token was issued in the future');
  const audiences =
    claims.aud === undefined ? [claims['client_id']] : Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const { audience } = rules;
  if (audience && !audiences.some((each) => typeof each === 'string' && audience.includes(each)))
    return invalid('the audience is not one of the accepted');
  const scopes = scopesOf(claims);
  if (rules.scopes.length > 0 && !rules.scopes.some((scope) => scopes?.includes(scope))) {
    return { ok: false, why: 'scope', reason: 'the token has none of the scopes that the route asks for' };
  }
  return { ok: true, claims, scopes: rules.scopes.length === 0 ? null : (scopes ?? []), until: claims.exp * 1000 };
}

type Jose = Awaited<ReturnType<typeof loadJose>>;

const loadJose = () => import('jose'); // only documents with tokens pay for it

async function verified(
  { errors, jwtVerify }: Jose,
  token: string,
  rules: JwtRules,
  keySets: KeySets,
  now: number,
): Promise<JWTPayload> {
  const options = { algorithms, issuer: rules.issuer, currentDate: new Date(now), clockTolerance: 0 };
  try {
    return (await jwtVerify(token, await keySets.of(rules.issuer), options)).payload;
  } catch (thrown) {
    // The issuer may have turned its keys over since they were fetched.
    if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
    return (await jwtVerify(token, await keySets.of(rules.issuer, true), options)).payload;
  }
}

function scopesOf(claims: JWTPayload): string[] | null {
  const given = claims['scope'] ?? claims['scp'];
  if (typeof given === 'string') return given.split(' ').filter((scope) => scope !== '');
  return Array.isArray(given) ? given.filter((each): each is string => typeof each === 'string') : null;
}

function reasonOf(errors: Jose['errors'], thrown: Error): string {
  if (thrown instanceof errors.JWTExpired) return 'the token has expired';
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    if (thrown.claim === 'iss') return 'the issuer is not the accepted one';
    if (thrown.claim === 'nbf') return 'the token is not yet valid';
    return `the claim "${thrown.claim}" is not accepted`;
  }
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'the signing method is not accepted';
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'the signing key is not known';
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'the signature is invalid';
  return 'the token is malformed';
}

/** Claims as functions get them: every value as text, lists printed like `[a b]`. */
export function claimTexts(claims: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? `[${value.map(String).join(' ')}]`
        : typeof value === 'object' && value !== null
          ? JSON.stringify(value)
          : String(value),
    ]),
  );
}
