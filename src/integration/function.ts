import { Fault } from '../base/fault.ts';
import { gatewayHeaders } from '../events/gateway-headers.ts';
import type { EventContext } from '../events/parts.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { Exchange } from '../flow/exchange.ts';
import { eventContextFact, routeFact } from '../flow/shared-facts.ts';
import type { HttpRequest } from '../http/message.ts';
import type { FunctionOptions, Invoked, Invoker, OpenFunction } from '../ports/invoker.ts';
import { functionReasons } from './reasons.ts';

/** What both forms of a function integration share: the call, its patience, and what each failure becomes. */
export interface FunctionCall {
  readonly name: string;
  readonly invoker: Invoker;
  readonly timeoutMs: number;
  readonly bodyBytes: number;
}

export interface FunctionPage {
  readonly file: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memory: number;
  readonly concurrency: number;
  readonly env: Readonly<Record<string, string>>;
}

export function openCall(
  page: FunctionPage,
  parts: { readonly openFunction: OpenFunction; readonly timeoutMs: number; readonly bodyBytes: number },
): FunctionCall {
  const options: FunctionOptions = {
    file: page.file,
    handler: page.handler,
    timeoutMs: page.timeoutMs,
    memoryMb: page.memory,
    concurrency: page.concurrency,
    env: page.env,
  };
  return {
    name: `function ${page.file}`,
    invoker: parts.openFunction(options),
    timeoutMs: parts.timeoutMs,
    bodyBytes: parts.bodyBytes,
  };
}

/** The event's view of the request; a route of the document itself is shown as one of an HTTP API without a stage. */
export function contextFor(exchange: Exchange): EventContext {
  const given = exchange.facts.get(eventContextFact);
  if (given) return given();
  const { request, trace, clock } = exchange;
  const route = exchange.facts.get(routeFact);
  const { path } = splitTarget(request.target);
  const space = route?.name.indexOf(' ') ?? -1;
  return {
    place: {
      kind: 'http',
      region: 'us-east-1',
      account: '000000000000',
      id: 'local',
      stage: '$default',
      deploymentId: '',
      domainName: request.headers.get('host') ?? 'localhost',
      domainPrefix: 'local',
    },
    requestId: trace.id,
    extendedRequestId: trace.id,
    at: clock.now(),
    routeKey: route?.name ?? '$default',
    resource: route ? route.name.slice(space + 1) : '',
    resourceId: '',
    path,
    contextPath: path,
    params: route?.params ?? null,
    stageVariables: null,
    authorizer: null,
    identity: {},
    binaryMediaTypes: [],
  };
}

/** The request as a function sees it, and the trace header that goes back with the answer. */
export function forFunction(exchange: Exchange): { readonly request: HttpRequest; readonly trace: string } {
  const headers = gatewayHeaders(exchange);
  return { request: { ...exchange.request, headers }, trace: headers.get('x-amzn-trace-id') ?? '' };
}

/** Reads the body whole before the event is made, within the route's limit. */
export async function wholeBody(request: HttpRequest, most: number): Promise<void> {
  if (request.body && !request.body.whole) await request.body.bytes(most);
  else if (request.body?.whole && request.body.whole.length > most) await request.body.bytes(most);
}

/** A function's failure as a fault. `http`: HTTP APIs know 500 and 503 only. */
export function failure(call: FunctionCall, invoked: Exclude<Invoked, { kind: 'answer' }>, http: boolean): Fault {
  const fault = (key: keyof typeof functionReasons, says: string, forHttp: 500 | 503 = 500): Fault => {
    const reason = functionReasons[key];
    return new Fault(reason.code, 'origin', `${call.name}: ${says}`, { status: http ? forHttp : reason.status });
  };
  switch (invoked.kind) {
    case 'error':
      return fault('error', `${invoked.type}: ${invoked.message}`);
    case 'timeout':
      return invoked.whose === 'function'
        ? fault('timed-out', `Task timed out after ${(invoked.afterMs / 1000).toFixed(2)} seconds`)
        : fault('timeout', `no answer within ${invoked.afterMs} ms`, 503);
    case 'too-large':
      return fault('too-large', `the ${invoked.which} has ${invoked.bytes} bytes`);
    case 'throttled':
      return fault('throttled', 'all instances are busy');
    case 'unavailable':
      return fault('unavailable', invoked.says);
  }
}
