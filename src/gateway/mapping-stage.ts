import type { Exchange } from '../flow/exchange.ts';
import { originParamsFact, targetFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Answer, type Handle, type Stage } from '../flow/stage.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import { remapHeaders } from './header-remap.ts';

/** The last stage before the integration: takes the stage off the target, maps parameters both ways, keeps AWS's own fields. */
export function mapping(api: GatewayApi): Stage {
  return {
    name: 'gateway.mapping',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      const begun = exchange.facts.get(callFact) as Call;
      inside(api, exchange, begun);
      const request = route.mapping?.request;
      const asked = exchange.request;
      if (!request) return pass(api, exchange, begun, route, asked, null, next);
      const apply = (body: string | null): Answer => {
        const mapped = request.apply({ call: begun, request: asked, body });
        exchange.request = mapped.request;
        if (mapped.params) exchange.facts.set(originParamsFact, mapped.params);
        return pass(api, exchange, begun, route, asked, body, next);
      };
      const { body } = exchange.request;
      return request.needsBody && body ? body.text(route.bodyBytes).then(apply) : apply(null);
    },
  };
}

/** What is sent on is the path inside the API; an HTTP API's stage stays in it, as AWS has it. */
function inside(api: GatewayApi, exchange: Exchange, begun: Call): void {
  const { query } = splitTarget(exchange.request.target);
  const path = api.kind === 'rest' ? begun.path : begun.eventPath;
  exchange.request = { ...exchange.request, target: query === null ? path : `${path}?${query}` };
  exchange.facts.set(targetFact, {
    rawPath: begun.path,
    rawQuery: query,
    path: exchange.facts.get(targetFact)?.path ?? begun.path,
  });
}

function pass(
  api: GatewayApi,
  exchange: Exchange,
  begun: Call,
  route: ApiRoute,
  asked: HttpRequest,
  body: string | null,
  next: Handle,
): Answer {
  const started = exchange.clock.ticks();
  const answer = route.transform
    ? route.transform.apply(exchange, begun, asked, route.bodyBytes, next)
    : next(exchange);
  return onTheWayOut(answer, (response) => {
    begun.integration = {
      status: response.status,
      latency: Math.round(exchange.clock.ticks() - started),
      error: response.from.by === 'fault' ? response.from.code : null,
    };
    if (response.from.by === 'refusal' || response.from.by === 'fault') return response;
    const mapped = mapResponse(route, begun, asked, body, response);
    if (mapped instanceof Promise) return mapped.then((each) => remap(api, route, exchange, each));
    return remap(api, route, exchange, mapped);
  });
}

function remap(api: GatewayApi, route: ApiRoute, exchange: Exchange, response: HttpResponse): HttpResponse {
  if (api.kind !== 'rest' || route.transform) return response;
  return {
    ...response,
    headers: remapHeaders(response.headers, response.body === null ? 0 : response.body.length, exchange.clock.now()),
  };
}

function mapResponse(
  route: ApiRoute,
  begun: Call,
  request: HttpRequest,
  body: string | null,
  response: HttpResponse,
): Answer {
  const rules = route.mapping?.responses.get(String(response.status)) ?? route.mapping?.responses.get('default');
  if (!rules) return response;
  const apply = (text: string | null): HttpResponse => {
    const { status, headers } = rules.apply({
      call: begun,
      request,
      body,
      response: { status: response.status, headers: response.headers, body: text },
    });
    return { ...response, status, headers };
  };
  return rules.needsBody && response.body ? response.body.text(102_400).then(apply) : apply(null);
}
