import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Reason } from '../trace/reason.ts';
import type { NoteFacts } from '../trace/trace.ts';
import type { Exchange } from './exchange.ts';

/**
 * The only place where Sallyport itself says no. A refusal is bare: a status, a code and no body; on the way out
 * `answers` gives it the form that this kind of API has.
 */
export function refuse(
  exchange: Exchange,
  stage: string,
  reason: Reason,
  more: { readonly facts?: NoteFacts; readonly headers?: HeaderList; readonly status?: number } = {},
): HttpResponse {
  const status = more.status ?? reason.status;
  exchange.trace.note(stage, 'refused', { code: reason.code, status, ...more.facts });
  return { status, headers: more.headers ?? HeaderList.empty, body: null, from: { by: 'refusal', code: reason.code } };
}
