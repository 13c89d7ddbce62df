import { HeaderList } from '../http/headers.ts';
import { runChain, type ChainOutcome, type CompiledMap } from '../rules/chain.ts';
import type { RuleRequest } from '../rules/rule.ts';
import type { Inspect, MessageVerdict } from '../socket/inspect.ts';

const pass: MessageVerdict = { action: 'pass' };

/**
 * The rules of a document at the moment `message`: each message is shown to its chain as a request with the method
 * `MESSAGE`, the route key as its path and the message as its body. A denial with status 1008 ends the connection, any
 * other drops the message.
 */
export function messageRules(
  map: CompiledMap,
  arnPrefix: string,
  onFault: 'open' | 'closed',
  timeoutMs: number,
): Inspect {
  // Route keys are those of the document, so they are few; what holds for one is looked up once.
  const known = new Map<string, { path: string; arn: string; chain: ReturnType<CompiledMap['chainFor']> }>();
  const placeOf = (routeKey: string) => {
    let place = known.get(routeKey);
    if (place === undefined) {
      const path = `/${routeKey}`;
      const arn = `${arnPrefix}/MESSAGE${path}`;
      known.set(routeKey, (place = { path, arn, chain: map.chainFor({ method: 'MESSAGE', path, arn }) }));
    }
    return place;
  };
  return (message) => {
    const { path, arn, chain } = placeOf(message.routeKey);
    if (chain === null) return pass;
    const { session } = message;
    const body = message.bytes;
    const request: RuleRequest = {
      method: 'MESSAGE',
      path,
      rawPath: path,
      rawQuery: null,
      // A message has no fields; its length stands where rules look for a body's.
      headers: HeaderList.fromFlat(['content-length', String(body.length)]),
      address: session.address,
      peer: session.address,
      tenant: null,
      resource: arn,
      body,
      bodyWhole: true,
      now: session.connection?.heardAt ?? session.facts.connectedAt,
    };
    const outcome = runChain(chain, request, { timeoutMs, onFault });
    return outcome instanceof Promise ? outcome.then((late) => judge(late, onFault)) : judge(outcome, onFault);
  };
}

function judge(outcome: ChainOutcome, onFault: 'open' | 'closed'): MessageVerdict {
  const [broke] = outcome.broke;
  if (broke !== undefined && onFault === 'closed') throw new Error(`rule "${broke.rule}": ${broke.says}`);
  if (outcome.denied !== null) {
    const { rule, verdict } = outcome.denied;
    return { action: verdict.status === 1008 ? 'close' : 'drop', rule, says: verdict.reason };
  }
  const [counted] = outcome.counted;
  if (counted !== undefined) return { action: 'count', rule: counted.rule, says: counted.reason };
  return broke === undefined ? pass : { action: 'count', rule: broke.rule, says: broke.says };
}
