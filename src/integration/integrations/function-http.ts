import { functionOptions } from '../../config/function.ts';
import { ms } from '../../config/words.ts';
import { httpShape } from '../../events/http.ts';
import { HeaderList } from '../../http/headers.ts';
import type { HttpResponse } from '../../http/message.ts';
import { contextFor, failure, forFunction, openCall, wholeBody } from '../function.ts';
import { defineIntegration } from '../integration.ts';

export default defineIntegration({
  name: 'function-http',
  says: 'A Lambda handler, called with event payload 2.0 as an HTTP API or a function URL does; in a worker of its own.',
  options: functionOptions,
  open(options, parts) {
    const call = openCall({ ...options, timeoutMs: ms(options.timeout) }, parts);
    return async (exchange) => {
      const { request } = forFunction(exchange);
      const context = contextFor(exchange);
      await wholeBody(request, call.bodyBytes);
      const event = await httpShape.toEvent(request, exchange.viewer, context);
      const invoked = await call.invoker.invoke({ event, requestId: context.requestId, withinMs: call.timeoutMs });
      exchange.trace.note('integration', invoked.kind, { function: options.file });
      if (invoked.kind !== 'answer') throw failure(call, invoked, true);
      return framed(httpShape.fromResult(invoked.value, { name: call.name }));
    };
  },
});

const ours = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade']);

/** The gateway frames the message itself, whatever the function says about it. */
function framed(response: HttpResponse): HttpResponse {
  const flat: string[] = [];
  for (const [name, value] of response.headers) if (!ours.has(name.toLowerCase())) flat.push(name, value);
  flat.push('content-length', String(response.body?.length ?? 0));
  return { ...response, headers: HeaderList.fromFlat(flat) };
}
