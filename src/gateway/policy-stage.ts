import { executeApiArn } from '../events/parts.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer, Stage } from '../flow/stage.ts';
import { policyReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import type { ConditionKeys } from './conditions.ts';
import { combine, evaluate, type Policy } from './resource-policy.ts';

/**
 * The resource policy before anybody else is asked: without an authorizer all of it, with a Lambda authorizer only its
 * explicit denies. With signatures it waits until the caller is known.
 */
export function resourcePolicy(api: GatewayApi): Stage {
  const { policy } = api;
  return {
    name: 'gateway.policy',
    handle(exchange, next) {
      if (!policy) return next(exchange);
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      const kind = route.authorizer?.ask.kind ?? 'none';
      if (kind === 'iam' || kind === 'cognito') return next(exchange);
      const begun = exchange.facts.get(callFact) as Call;
      const decision = askPolicy(policy, exchange, begun);
      begun.policy = decision;
      exchange.trace.note('gateway.policy', decision);
      if (decision === 'deny') return refusePolicy(exchange, begun, 'explicit');
      if (kind === 'none' && decision !== 'allow') return refusePolicy(exchange, begun, 'implicit');
      return next(exchange);
    },
  };
}

export function askPolicy(
  policy: Policy,
  exchange: Exchange,
  begun: Call,
  action = 'execute-api:Invoke',
): ReturnType<typeof evaluate> {
  return evaluate(policy, {
    action,
    resource: executeApiArn(begun.place, begun.method, begun.path),
    keys: conditionKeys(exchange, begun),
    principals: begun.principals,
  });
}

/** May this caller have an entry of the stage cache made anew? By its own policy and the API's, as for the call itself. */
export function mayInvalidate(policy: Policy | null, exchange: Exchange, begun: Call): boolean {
  const action = 'execute-api:InvalidateCache';
  const own = begun.may?.(action) ?? 'silent';
  const resource = policy ? askPolicy(policy, exchange, begun, action) : 'silent';
  return combine(own, resource, begun.callerAccount) === 'allow';
}

/** The denial as API Gateway words it, the account masked but for four digits. */
export function refusePolicy(exchange: Exchange, begun: Call, how: 'explicit' | 'implicit'): Answer {
  const arn = executeApiArn(begun.place, begun.method, begun.path).replace(/:(\d{8})(\d{4}):/, ':********$2:');
  const who = begun.identity.userArn ?? 'anonymous';
  const says = `User: ${who} is not authorized to perform: execute-api:Invoke on resource: ${arn}`;
  begun.error = {
    type: 'ACCESS_DENIED',
    message: how === 'explicit' ? `${says} with an explicit deny` : says,
    member: 'Message',
  };
  return refuse(exchange, 'gateway.policy', policyReasons[how], { facts: { resource: arn } });
}

/** What this request says under each condition key. */
function conditionKeys(exchange: Exchange, begun: Call): ConditionKeys {
  const { identity } = begun;
  const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
  return (key) => {
    switch (key) {
      case 'aws:sourceip':
        return [begun.sourceIp];
      case 'aws:useragent':
        return one(exchange.request.headers.get('user-agent'));
      case 'aws:referer':
        return one(exchange.request.headers.get('referer'));
      case 'aws:securetransport':
        return [String(exchange.viewer.secure)];
      case 'aws:currenttime':
        return [new Date(begun.at).toISOString()];
      case 'aws:epochtime':
        return [String(Math.floor(begun.at / 1000))];
      case 'aws:principalarn':
        return one(identity.userArn);
      case 'aws:principalaccount':
        return one(identity.accountId);
      case 'aws:principalorgid':
        return one(identity.principalOrgId);
      case 'aws:principaltype':
        return identity.userArn === undefined
          ? []
          : [identity.userArn.includes(':assumed-role/') ? 'AssumedRole' : 'User'];
      case 'aws:userid':
        return one(identity.caller);
      case 'aws:username':
        return one(/:user\/(?:.*\/)?([^/]+)$/.exec(identity.userArn ?? '')?.[1]);
      default:
        return [];
    }
  };
}
