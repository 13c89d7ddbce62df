import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer, Handle, Stage } from '../flow/stage.ts';
import { authorizerReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import type { Finding } from './authorizer.ts';
import { callFact, type Call } from './call.ts';
import { askPolicy, refusePolicy } from './policy-stage.ts';
import { combine, type Decision } from './resource-policy.ts';

/** Asks the route's authorizer, and puts its answer together with the resource policy's. */
export function authorize(api: GatewayApi): Stage {
  return {
    name: 'gateway.authorize',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      if (!route.authorizer) return next(exchange);
      const begun = exchange.facts.get(callFact) as Call;
      const found = route.authorizer.ask.ask(exchange, begun, route);
      // Not with `then`: what is behind the authorizer must not wait for a promise that a kept answer does not need.
      return found instanceof Promise
        ? found.then((finding) => settle(api, exchange, begun, route, finding, next))
        : settle(api, exchange, begun, route, found, next);
    },
  };
}

function settle(
  api: GatewayApi,
  exchange: Exchange,
  begun: Call,
  route: ApiRoute,
  finding: Finding,
  next: Handle,
): Answer {
  const name = route.authorizer?.name ?? '';
  if (finding.kind === 'refusal') {
    begun.error = finding.error;
    return refuse(exchange, 'gateway.authorize', finding.reason, {
      facts: { authorizer: name },
      ...(finding.headers ? { headers: finding.headers } : {}),
    });
  }
  begun.authorizer = finding.context;
  begun.identity = { ...begun.identity, ...finding.identity };
  begun.principals = finding.principals ?? [];
  begun.may = finding.may ?? null;
  begun.callerAccount = finding.account ?? 'same';
  begun.usageKey = finding.usageKey ?? null;
  const kind = route.authorizer?.ask.kind;
  if (api.policy && (kind === 'iam' || kind === 'cognito')) begun.policy = askPolicy(api.policy, exchange, begun);
  const resource: Decision = begun.policy ?? 'silent';
  // Behind a user pool the policy has to allow by itself; everywhere else one of the two is enough.
  const verdict =
    api.policy && kind === 'cognito' && finding.decision === 'allow'
      ? combine('silent', resource)
      : combine(finding.decision, resource, finding.account ?? 'same');
  exchange.trace.note('gateway.authorize', verdict, {
    authorizer: name,
    said: finding.decision,
    policy: begun.policy ?? 'none',
    cached: finding.cached ?? false,
  });
  if (verdict === 'allow') return next(exchange);
  if (resource === 'deny') return refusePolicy(exchange, begun, 'explicit');
  return denied(exchange, begun, finding, verdict === 'explicit-deny');
}

function denied(
  exchange: Exchange,
  begun: Call,
  finding: Extract<Finding, { kind: 'decision' }>,
  explicit: boolean,
): Answer {
  if (finding.denial) {
    begun.error = finding.denial.error;
    return refuse(exchange, 'gateway.authorize', finding.denial.reason);
  }
  const says = 'User is not authorized to access this resource';
  begun.error = {
    type: 'ACCESS_DENIED',
    message: explicit ? `${says} with an explicit deny` : says,
    member: 'Message',
  };
  return refuse(exchange, 'gateway.authorize', explicit ? authorizerReasons.denied : authorizerReasons.silent);
}
