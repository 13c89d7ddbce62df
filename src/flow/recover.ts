import { Fault, messageOf } from '../base/fault.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Exchange } from './exchange.ts';
import type { Stage } from './stage.ts';

/** What a broken thing becomes, by whose it is. A new source without a status does not compile. */
const statusOf: Readonly<Record<Fault['source'], number>> = {
  viewer: 400,
  edge: 500,
  origin: 502,
  store: 503,
  config: 500,
};

/** The only catch in the corridor: a fault becomes a bare answer. Whatever it was, the request does not get through. */
export function recover(onFault: (fault: Fault, exchange: Exchange) => void): Stage {
  const answer = (thrown: unknown, exchange: Exchange): HttpResponse => {
    const fault = toFault(thrown);
    const status = fault.status ?? statusOf[fault.source];
    exchange.trace.note('recover', 'fault', { code: fault.code, source: fault.source, status, says: fault.message });
    onFault(fault, exchange);
    const headers = fault.source === 'store' ? HeaderList.of({ 'retry-after': '1' }) : HeaderList.empty;
    return { status, headers, body: null, from: { by: 'fault', code: fault.code, source: fault.source } };
  };
  return {
    name: 'recover',
    handle(exchange, next) {
      try {
        const result = next(exchange);
        return result instanceof Promise ? result.catch((thrown: unknown) => answer(thrown, exchange)) : result;
      } catch (thrown) {
        return answer(thrown, exchange);
      }
    },
  };
}

/** An exception that nobody typed is the edge's own fault. */
export function toFault(thrown: unknown): Fault {
  return thrown instanceof Fault ? thrown : new Fault('flow.unexpected', 'edge', messageOf(thrown), { cause: thrown });
}
