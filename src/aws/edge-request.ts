import { messageOf } from '../base/fault.ts';
import { viewerAt } from '../events/parts.ts';
import { refusal } from './refusal.ts';
import { edgeRefusal, readEdgeEvent, requestOfEdge, type EdgeAnswer, type EdgeRequest } from './edge-event.ts';
import type { BadEvent } from './event.ts';
import { guard, type GuardOptions } from './guard.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { fit } from './fit.ts';

export interface EdgeOptions extends GuardOptions {
  /**
   * A body of which only the first part is shown, or none of it: refused when a rule of the map needs the body, or a
   * firewall judges it, unless this says otherwise.
   */
  readonly onCutBody?: 'refuse' | 'inspect-first-part';
}

/** The rules at a Lambda@Edge request moment, viewer or origin. What passes goes on unchanged. */
export function edgeRequest(options: EdgeOptions): (event: unknown) => Promise<unknown> {
  const firewall = guard(options);
  return async (event) => {
    const deny = (bad: BadEvent): Promise<EdgeAnswer> => {
      logRefusal(firewall.write, 'edge-request', bad, firewall.clock.now());
      return edgeRefusal(refusal(bad.reason));
    };
    const read = readEdgeEvent(event, ['viewer-request', 'origin-request']);
    if ('reason' in read) return deny(read);
    const { moment, request } = read;
    try {
      const rules = await firewall.rules();
      if ('reason' in rules) return await deny(rules);
      const judged = rules.needsBody || options.waf !== undefined;
      const cut = judged && options.onCutBody !== 'inspect-first-part' ? cutBody(request) : null;
      if (cut !== null) return await deny({ reason: lambdaReasons['body-cut'], says: `${moment}: ${cut}` });
      const { refusal: refused } = await rules.inspect(fit(requestOfEdge(request)), viewerAt(request.clientIp));
      return refused === null ? request : await edgeRefusal(refused);
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
  };
}

/** What of the body is not shown, in words; null where all of it is, or where there is none. */
function cutBody({ body, headers }: EdgeRequest): string | null {
  if (body) return body.inputTruncated ? 'only the first part of the body was shown' : null;
  const declared = Number(headers['content-length']?.[0]?.value ?? 0);
  return declared > 0 || headers['transfer-encoding'] !== undefined
    ? 'no body was shown: let CloudFront include it (includeBody)'
    : null;
}
