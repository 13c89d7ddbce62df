import { messageOf } from '../base/fault.ts';
import { viewerAt } from '../events/parts.ts';
import { refusal } from './refusal.ts';
import { edgeRefusal, readEdgeEvent, requestOfEdge, type EdgeAnswer } from './edge-event.ts';
import { noRules, type BadEvent } from './event.ts';
import { guard, type GuardOptions } from './guard.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { fit } from './fit.ts';

export interface EdgeOptions extends GuardOptions {
  /** A body of which only the first part is shown: refused when a rule needs the body, unless this says otherwise. */
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
      if (rules === null) return await deny(noRules);
      if (rules.needsBody && request.body?.inputTruncated === true && options.onCutBody !== 'inspect-first-part')
        return await deny({ reason: lambdaReasons['body-cut'], says: moment });
      const { refusal: refused } = await rules.inspect(fit(requestOfEdge(request)), viewerAt(request.clientIp));
      return refused === null ? request : await edgeRefusal(refused);
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
  };
}
