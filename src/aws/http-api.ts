import { httpShape, type HttpEvent, type HttpResult } from '../events/http.ts';
import { wholeLine } from './answer.ts';
import { httpFlaw } from './event.ts';
import { opened, type AppSource, type DoorOptions } from './start.ts';

/** API Gateway HTTP API, payload 2.0, with the whole line behind it; also a function URL that does not stream. */
export function httpApi(source: AppSource, options: DoorOptions = {}): (event: unknown) => Promise<HttpResult> {
  return wholeLine<HttpEvent, HttpResult>(opened(source, options), {
    door: 'http-api',
    flaw: httpFlaw,
    read: (event) => httpShape.fromEvent(event),
    write: (response) => httpShape.toResult(response),
  });
}
