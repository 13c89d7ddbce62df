import { Fault } from '../base/fault.ts';
import type { Body } from '../http/body.ts';
import { isIdempotent } from '../http/message.ts';

/**
 * May the same request be sent again? Where nothing was sent, yes, as long as its body is still there to send; where
 * the connection broke before an answer, only for an idempotent method (RFC 9110 section 9.2.2). Never after a timeout:
 * an origin that is too slow is not helped by asking twice.
 */
export function mayRetry(thrown: unknown, method: string, body: Body | null): boolean {
  if (!(thrown instanceof Fault) || !thrown.retry) return false;
  if (body?.used) return false;
  return thrown.code.endsWith('.broken') ? isIdempotent(method) : true;
}
