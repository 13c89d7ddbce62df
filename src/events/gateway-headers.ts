import { hex } from '../base/bytes.ts';
import { chance } from '../base/chance.ts';
import type { Exchange, Viewer } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';
import { HeaderList } from '../http/headers.ts';

/** `Root=1-<8 hex of seconds>-<24 hex of chance>`. */
function newTraceHeader(at: number): string {
  return `Root=1-${Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0')}-${hex(chance(12))}`;
}

const traceSlot = defineSlot<string>('events.trace-header');

/** Does a client's own trace header have the form that the gateway keeps? */
const traceForm = /^(?:Self=[^;]+;)?Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;[A-Za-z]+=[^;]*)*$/;

/**
 * The header fields that API Gateway adds before anybody behind it sees the request: who asked, by which port and
 * protocol, and the trace. An `X-Forwarded-For` that came is kept and the peer put behind it.
 */
function withGatewayHeaders(headers: HeaderList, viewer: Viewer, traceHeader: string): HeaderList {
  const came = headers.joined('x-forwarded-for');
  const sent = headers.get('x-amzn-trace-id');
  const kept = headers.without('x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id');
  return HeaderList.fromFlat([
    ...kept.flat,
    'X-Amzn-Trace-Id',
    sent !== undefined && traceForm.test(sent) ? sent : traceHeader,
    'X-Forwarded-For',
    came === undefined ? viewer.address : `${came}, ${viewer.address}`,
    'X-Forwarded-Port',
    String(viewer.localPort),
    'X-Forwarded-Proto',
    viewer.secure ? 'https' : 'http',
  ]);
}

/** The fields of a request with those of the gateway. Authorizer and integration are told one trace. */
export function gatewayHeaders(exchange: Exchange): HeaderList {
  const { request, viewer, facts, clock } = exchange;
  let trace = facts.get(traceSlot);
  if (trace === undefined) facts.set(traceSlot, (trace = newTraceHeader(clock.now())));
  return withGatewayHeaders(request.headers, viewer, trace);
}
