import { onTheWayOut, type Stage } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import { HeaderList, isFieldValue } from '../http/headers.ts';
import { isBodiless, type HttpResponse } from '../http/message.ts';
import type { Exchange } from '../flow/exchange.ts';
import { accessLogLine } from './access-log.ts';
import type { GatewayApi } from './api.ts';
import { callFact, type Call, type CallError } from './call.ts';
import { withCors } from './cors.ts';
import { faultKind } from './fault-kinds.ts';
import { customised, httpMessage, responseKind, type GatewayResponse } from './gateway-responses.ts';
import { restSource } from './mapping-source.ts';
import { contextValue, substitute } from './variables.ts';

/** Works on the way out: gives what the gateway itself says the form that REST and HTTP APIs have, and writes the access log. */
export function apiAnswers(api: GatewayApi): Stage {
  const look = (exchange: Exchange, response: HttpResponse): HttpResponse => {
    const begun = exchange.facts.get(callFact);
    const own = response.from.by === 'refusal' || response.from.by === 'fault';
    const dressed =
      own && response.body === null && !isBodiless(response.status) ? dress(api, exchange, begun, response) : response;
    const done = signed(api, exchange, begun, dressed);
    if (api.accessLog && begun) {
      const outcome = {
        status: done.status,
        responseLength: done.body?.length ?? null,
        latencyMs: exchange.trace.elapsed(),
      };
      api.accessLog.write(accessLogLine(api.accessLog.template, begun, exchange.request, outcome));
    }
    return done;
  };
  return {
    name: 'answers',
    handle: (exchange, next) => onTheWayOut(next(exchange), (response) => look(exchange, response)),
  };
}

/** The ids that each kind of API puts on every answer, and CORS. */
function signed(api: GatewayApi, exchange: Exchange, begun: Call | undefined, response: HttpResponse): HttpResponse {
  if (!begun) return response;
  let { headers } = response;
  if (api.kind === 'rest') {
    const flat = [...headers.flat, 'x-amzn-RequestId', begun.requestId, 'x-amz-apigw-id', begun.extendedRequestId];
    headers = HeaderList.fromFlat(flat);
  } else {
    headers = headers.append('apigw-requestid', begun.requestId);
    const isPreflightAnswer = response.from.by === 'policy' && response.from.name === 'cors';
    if (api.cors && !isPreflightAnswer) headers = withCors(api.cors, headers, exchange.arrived.headers.get('origin'));
  }
  return { ...response, headers };
}

function dress(api: GatewayApi, exchange: Exchange, begun: Call | undefined, response: HttpResponse): HttpResponse {
  const kind = faultKind(api.kind, response);
  const status = kind.status;
  if (api.kind === 'http' || !begun) {
    // What HTTP APIs say follows from the status alone, but for a quota, which they do not have on AWS.
    const message =
      begun?.error?.type === 'QUOTA_EXCEEDED' || begun?.error?.type === null
        ? begun.error.message
        : httpMessage(status);
    return withBody(response, status, JSON.stringify({ message }), 'application/json', []);
  }
  const error: CallError = begun.error ?? { type: kind.type, message: kind.message, member: 'message' };
  begun.error = error;
  const errorType = error.errorType ?? (error.type ? responseKind(error.type).errorType : kind.errorType);
  const fields: [string, string][] = [['x-amzn-ErrorType', errorType]];
  const custom = customised(api.responses, error.type, status);
  if (!custom)
    return withBody(response, status, JSON.stringify({ [error.member]: error.message }), 'application/json', fields);
  return customisedAnswer(exchange, begun, response, custom, status, fields);
}

/** Templates of gateway responses are plain substitution, and one is chosen by `Accept`, else the first. */
function customisedAnswer(
  exchange: Exchange,
  begun: Call,
  response: HttpResponse,
  custom: GatewayResponse,
  status: number,
  fields: [string, string][],
): HttpResponse {
  const input = { call: begun, request: exchange.request, body: null };
  const look = (scope: string, name: string): string | null => {
    if (scope === 'context')
      return contextValue(begun, exchange.request, name, {
        status,
        responseLength: null,
        latencyMs: exchange.trace.elapsed(),
      });
    if (scope === 'stageVariables') return begun.stageVariables?.[name] ?? null;
    const source = restSource(`${scope}.${name}`);
    return typeof source === 'string' ? null : (source(input)?.[0] ?? null);
  };
  for (const [name, expression] of Object.entries(custom.headers)) {
    const source = restSource(expression);
    const value = typeof source === 'string' ? null : source(input)?.[0];
    if (value !== null && value !== undefined && isFieldValue(value)) fields.push([name, value]);
  }
  const accept = exchange.request.headers.get('accept')?.split(',', 1)[0]?.trim() ?? '';
  const types = Object.keys(custom.templates);
  const type = types.find((each) => each === accept) ?? types.find((each) => each === 'application/json') ?? types[0];
  const error = begun.error as CallError;
  const text =
    type === undefined
      ? JSON.stringify({ message: error.message })
      : substitute(custom.templates[type] as string, look, '');
  return withBody(response, custom.statusCode ?? status, text, type ?? 'application/json', fields);
}

function withBody(
  response: HttpResponse,
  status: number,
  text: string,
  type: string,
  fields: readonly (readonly [string, string])[],
): HttpResponse {
  const body = Body.of(text);
  const taken = new Set(fields.map(([name]) => name.toLowerCase()));
  const flat = [...response.headers.flat];
  if (!taken.has('content-type')) flat.push('Content-Type', type);
  for (const [name, value] of fields) flat.push(name, value);
  flat.push('Content-Length', String(body.length));
  return { ...response, status, headers: HeaderList.fromFlat(flat), body };
}
