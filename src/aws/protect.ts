import { messageOf } from '../base/fault.ts';
import { albShape, type AlbEvent } from '../events/alb.ts';
import { httpShape, type HttpEvent } from '../events/http.ts';
import { restShape, type RestEvent } from '../events/rest.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { albFlaw, isHealthCheck, singleOf } from './balancer-event.ts';
import { httpFlaw, restFlaw, type BadEvent } from './event.ts';
import { guard, type GuardOptions } from './guard.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { healthy, refusal } from './refusal.ts';
import { asText, whole } from './rest-event.ts';
import { fit } from './fit.ts';

export type Handler = (event: unknown, context?: unknown) => unknown;

interface Form {
  flaw(event: unknown): BadEvent | null;
  /** An event of the platform's own, which is answered here: it has no viewer, so no rule can judge it. */
  probe?(event: unknown): boolean;
  read(event: unknown): { readonly request: HttpRequest; readonly viewer: Viewer };
  write(response: HttpResponse): Promise<unknown>;
}

const http: Form = {
  flaw: httpFlaw,
  read: (event) => httpShape.fromEvent(event as HttpEvent),
  write: (response) => httpShape.toResult(response),
};
const rest: Form = {
  flaw: restFlaw,
  read: (event) => restShape.fromEvent(whole(event as RestEvent)),
  write: async (response) => asText(await restShape.toResult(response)),
};
const alb: Form = {
  flaw: albFlaw,
  probe: isHealthCheck,
  read: (event) => albShape.fromEvent({ ...(event as AlbEvent), body: (event as AlbEvent).body ?? null }),
  async write(response) {
    const result = await albShape.toResult(response);
    return { ...result, headers: singleOf(result) };
  },
};

function formOf(event: unknown): Form {
  const given = (typeof event === 'object' && event !== null ? event : {}) as {
    version?: unknown;
    requestContext?: { elb?: unknown };
  };
  if (given.version === '2.0') return http;
  return given.requestContext?.elb === undefined ? rest : alb;
}

/**
 * Your own handler with the rules before it, so that bodies are inspected where an authorizer cannot see them. The kind of
 * event (HTTP API or function URL, REST, load balancer) is told by the event; what is none of them never reaches you.
 */
export function protect(handler: Handler, options: GuardOptions): Handler {
  const firewall = guard(options);
  return async (event, context) => {
    const form = formOf(event);
    const deny = (bad: BadEvent): Promise<unknown> => {
      logRefusal(firewall.write, 'protect', bad, firewall.clock.now());
      return form.write(refusal(bad.reason));
    };
    const flaw = form.flaw(event);
    if (flaw) return deny(flaw);
    if (form.probe?.(event) === true) return form.write(healthy());
    let refused: HttpResponse | null;
    try {
      const { request, viewer } = form.read(event);
      const rules = await firewall.rules();
      if ('reason' in rules) return deny(rules);
      refused = (await rules.inspect(fit(request), viewer)).refusal;
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
    return refused === null ? handler(event, context) : form.write(refused);
  };
}
