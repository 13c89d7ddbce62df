import { messageFor } from '../gateway/answers.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Reason } from '../trace/reason.ts';

/** A refusal in the form that API Gateway gives its own. */
export function refusal(reason: Reason): HttpResponse {
  const body = Body.of(`${JSON.stringify({ message: messageFor(reason.status) })}\n`);
  return {
    status: reason.status,
    headers: HeaderList.fromFlat([
      'content-type',
      'application/json',
      'cache-control',
      'no-store',
      'x-sallyport-code',
      reason.code,
    ]),
    body,
    from: { by: 'refusal', code: reason.code },
  };
}

/** What a health check of the platform's own is told. */
export const healthy = (): HttpResponse => ({
  status: 200,
  headers: HeaderList.fromFlat(['content-type', 'text/plain']),
  body: Body.of('ok\n'),
  from: { by: 'function', name: 'health' },
});
