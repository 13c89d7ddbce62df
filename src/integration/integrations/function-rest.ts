import { Fault } from '../../base/fault.ts';
import * as z from 'zod/mini';
import { functionOptions } from '../../config/function.ts';
import { byDefault } from '../../config/params.ts';
import { ms } from '../../config/words.ts';
import { restShape } from '../../events/rest.ts';
import { functionErrorFact } from '../../flow/shared-facts.ts';
import { Body } from '../../http/body.ts';
import { HeaderList } from '../../http/headers.ts';
import type { HttpResponse } from '../../http/message.ts';
import { contextFor, failure, forFunction, openCall, wholeBody } from '../function.ts';
import { streamed } from '../function-stream.ts';
import { defineIntegration } from '../integration.ts';
import { functionReasons } from '../reasons.ts';

export default defineIntegration({
  name: 'function-rest',
  says: 'A Lambda handler, called with event payload 1.0 as a REST API does; in a worker of its own.',
  options: () =>
    z.extend(functionOptions(), {
      proxy: byDefault(
        z.boolean(),
        true,
        'False: the body is the event, and the answer is a body; for methods with a `transform`.',
      ),
      stream: byDefault(
        z.boolean(),
        false,
        'REST: the answer is streamed (`responseTransferMode: STREAM`); the handler is wrapped in `awslambda.streamifyResponse`.',
      ),
    }),
  open(options, parts) {
    if (options.stream && (parts.api !== 'rest' || !options.proxy))
      throw new Fault('config.function', 'config', 'only proxy functions of REST APIs can stream');
    const call = openCall({ ...options, timeoutMs: ms(options.timeout) }, parts);
    const http = parts.api !== 'rest';
    return async (exchange) => {
      const { request, trace } = forFunction(exchange);
      const context = contextFor(exchange);
      await wholeBody(request, call.bodyBytes);
      const event = options.proxy
        ? await restShape.toEvent(request, exchange.viewer, context)
        : parsed(await request.body?.text(call.bodyBytes));
      if (options.stream) {
        const rules = {
          name: call.name,
          malformed: 502,
          accept: undefined,
          binaryMediaTypes: null,
          strict: parts.strict,
        } as const;
        const response = await streamed(
          call,
          { event, requestId: context.requestId, withinMs: call.timeoutMs },
          rules,
          (kind) => exchange.trace.note('integration', kind, { function: options.file }),
        );
        return traced(response, trace);
      }
      const invoked = await call.invoker.invoke({ event, requestId: context.requestId, withinMs: call.timeoutMs });
      exchange.trace.note('integration', invoked.kind, { function: options.file });
      if (!options.proxy && (invoked.kind === 'error' || invoked.kind === 'answer')) {
        if (invoked.kind === 'error') exchange.facts.set(functionErrorFact, invoked.message);
        const payload =
          invoked.kind === 'error' ? { errorMessage: invoked.message, errorType: invoked.type } : invoked.value;
        return {
          status: 200,
          headers: HeaderList.of({ 'Content-Type': 'application/json' }),
          body: Body.of(JSON.stringify(payload) ?? 'null'),
          from: { by: 'integration', name: call.name },
        };
      }
      if (invoked.kind !== 'answer') throw failure(call, invoked, http);
      const response = restShape.fromResult(invoked.value, {
        name: call.name,
        malformed: http ? 500 : 502,
        accept: request.headers.get('accept'),
        binaryMediaTypes: http ? null : context.binaryMediaTypes,
        strict: parts.strict,
      });
      return traced(response, http ? null : trace);
    };
  },
});

/** A REST API names the trace on answers of functions. */
const traced = (response: HttpResponse, trace: string | null): HttpResponse =>
  trace === null ? response : { ...response, headers: response.headers.append('X-Amzn-Trace-Id', trace) };

function parsed(text: string | undefined): unknown {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new Fault(functionReasons.event.code, 'viewer', 'the event for the function is no JSON', {
      status: functionReasons.event.status,
      cause: thrown,
    });
  }
}
