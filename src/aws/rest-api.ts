import { restShape, type RestEvent, type RestResult } from '../events/rest.ts';
import { wholeLine } from './answer.ts';
import { restFlaw } from './event.ts';
import { asText, whole } from './rest-event.ts';
import { opened, type AppSource, type DoorOptions } from './start.ts';

/** API Gateway REST, and an HTTP API with payload 1.0, with the whole line behind it. */
export function restApi(source: AppSource, options: DoorOptions = {}): (event: unknown) => Promise<RestResult> {
  return wholeLine<RestEvent, RestResult>(opened(source, options), {
    door: 'rest-api',
    flaw: restFlaw,
    read: (event) => restShape.fromEvent(whole(event)),
    write: async (response) => asText(await restShape.toResult(response)),
  });
}
