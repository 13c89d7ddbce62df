import type { HttpResponse } from '../http/message.ts';
import type { Exchange } from './exchange.ts';

/** A stage that need not wait answers without a promise; on the hot path that is most of them. */
export type Answer = HttpResponse | Promise<HttpResponse>;

export type Handle = (exchange: Exchange) => Answer;

/** The one signature of the corridor: go down by calling `next`, at most once, and come back up with a response. */
export interface Stage {
  readonly name: string;
  handle(exchange: Exchange, next: Handle): Answer;
}

/** Looks at a response on its way out, whether it is here already or still to come. */
export function onTheWayOut(answer: Answer, look: (response: HttpResponse) => Answer): Answer {
  return answer instanceof Promise ? answer.then(look) : look(answer);
}
