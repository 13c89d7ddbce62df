import type { Viewer } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { messageOf } from '../base/fault.ts';
import { utf8 } from '../base/bytes.ts';
import { mostBytes, type BadEvent } from './event.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { healthy, refusal } from './refusal.ts';
import { answerOf, type Opened } from './start.ts';

export interface Translation<Event, Result> {
  readonly door: string;
  flaw(event: unknown): BadEvent | null;
  /** An event of the platform's own, which asks only whether there is a line at all. */
  probe?(event: Event): boolean;
  /** Bytes of JSON that this front takes as an answer; Lambda's limit when left out. */
  readonly mostBytes?: number;
  read(event: Event): { readonly request: HttpRequest; readonly viewer: Viewer };
  write(response: HttpResponse, event: Event | null): Promise<Result>;
}

/** The whole line behind one kind of event: what cannot be read is denied, and nothing ever goes by unlogged. */
export function wholeLine<Event, Result>(
  app: Opened,
  translation: Translation<Event, Result>,
): (event: unknown) => Promise<Result> {
  const { door } = translation;
  const deny = (bad: BadEvent): Promise<Result> => {
    logRefusal(app.write, door, bad, app.clock.now());
    return translation.write(refusal(bad.reason), null);
  };
  return async (event) => {
    const bad = translation.flaw(event);
    if (bad) return deny(bad);
    try {
      const line = await app.app();
      if ('reason' in line) return await deny(line);
      if (translation.probe?.(event as Event) === true) return await translation.write(healthy(), event as Event);
      const { request, viewer } = translation.read(event as Event);
      const response = await answerOf(app, line, request, viewer);
      if (response === null)
        return await deny({ reason: lambdaReasons.origin, says: 'no origin secret, or a wrong one' });
      const result = await translation.write(response, event as Event);
      // What was promised for later must be done before the container is frozen.
      await line.settle();
      // Quotes and line breaks are two bytes each in the JSON that leaves, and characters beyond ASCII up to six.
      const size = utf8(JSON.stringify(result)).length;
      if (size > (translation.mostBytes ?? mostBytes))
        return await deny({ reason: lambdaReasons['answer-size'], says: `an answer of ${size} bytes` });
      return result;
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
  };
}
