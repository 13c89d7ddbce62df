import { sameSecret } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { checkSignature, readSignature } from '../gateway/sigv4.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Digest } from '../ports/digest.ts';
import type { ManagementVerdict } from '../socket/management.ts';

export interface SocketGuardOptions {
  /** Secret access keys by access key. */
  readonly callers: ReadonlyMap<string, string>;
  /** Tokens that are taken as `Authorization: Bearer`. */
  readonly tokens: readonly string[];
  readonly digest: Digest;
  readonly clock: Clock;
  /** How far a signer's clock may be off, in milliseconds. */
  readonly skewMs: number;
}

/** Who may use the `@connections` API: whoever signs as AWS's SDKs do, or has a token. */
export function socketGuard(
  options: SocketGuardOptions,
): (request: HttpRequest, body: Uint8Array) => ManagementVerdict {
  const { callers, digest, clock, skewMs } = options;
  // Compared by their hashes: neither length nor place of a difference shows.
  const tokens = options.tokens.map((token) => digest.sha256(token));
  return (request, body) => {
    const bearer = /^Bearer ([^\s]+)$/i.exec(request.headers.get('authorization') ?? '');
    if (bearer !== null) {
      const given = digest.sha256(bearer[1]!);
      return tokens.some((token) => sameSecret(token, given)) ? 'allowed' : 'denied';
    }
    const signed = readSignature(request);
    if (signed === 'none') return 'unsigned';
    const secret = signed === 'malformed' ? undefined : callers.get(signed.accessKey);
    if (signed === 'malformed' || secret === undefined) return 'denied';
    const rules = { secret, service: 'execute-api', now: clock.now(), skewMs };
    return checkSignature(request, signed, body, rules, digest) === null ? 'allowed' : 'denied';
  };
}
