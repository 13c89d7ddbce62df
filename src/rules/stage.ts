import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { resourceFact, targetFact, tenantFact } from '../flow/shared-facts.ts';
import type { Answer, Stage } from '../flow/stage.ts';
import type { Target } from '../http/target.ts';
import { snippet } from '../trace/redact.ts';
import { runChain, type ChainOutcome, type CompiledMap } from './chain.ts';
import { reasons } from './reasons.ts';
import type { RuleRequest } from './rule.ts';

export interface RulesOptions {
  /** Everybody's map; null when the document has none. */
  readonly map: CompiledMap | null;
  /** Maps of tenants, run after everybody's. */
  readonly tenants: ReadonlyMap<string, CompiledMap>;
  readonly onFault: 'open' | 'closed';
  /** Most bytes of the body that a rule is shown. */
  readonly bodyBytes: number;
  /** Milliseconds that a rule which waits may take. */
  readonly timeoutMs: number;
}

/** The chain of rules for this resource: everybody's, then the tenant's. The first denial ends it. */
export function rules(options: RulesOptions, name: 'rules' | 'rules.tenant' = 'rules'): Stage {
  return {
    name,
    handle(exchange, next) {
      const maps = mapsFor(options, exchange.facts.get(tenantFact));
      const resource = {
        method: exchange.request.method,
        path: (exchange.facts.get(targetFact) as Target).path,
        arn: exchange.facts.get(resourceFact) as string,
      };
      const chains = maps.flatMap((map) => map.chainFor(resource) ?? []);
      if (chains.length === 0) return next(exchange);

      const run = (request: RuleRequest, at: number): Answer => {
        const chain = chains[at];
        if (!chain) return next(exchange);
        const go = (outcome: ChainOutcome): Answer => {
          for (const hit of outcome.counted)
            exchange.trace.note(name, 'counted', { rule: hit.rule, reason: snippet(hit.reason) });
          for (const { rule, says } of outcome.broke) {
            const facts = { resource: chain.key, rule, says: snippet(says, 200) };
            if (options.onFault === 'closed') return refuse(exchange, name, reasons.broken, { facts });
            exchange.trace.note(name, 'fault, open', facts);
          }
          if (!outcome.denied) {
            exchange.trace.note(name, 'allowed', { resource: chain.key, rules: chain.links.length });
            return run(request, at + 1);
          }
          const { rule, verdict } = outcome.denied;
          const facts = { resource: chain.key, rule, reason: snippet(verdict.reason, 200) };
          // A denial is a refusal whatever number a rule gave it.
          const status = verdict.status >= 400 && verdict.status <= 599 ? verdict.status : reasons.denied.status;
          return refuse(exchange, name, reasons.denied, { facts, status });
        };
        const outcome = runChain(chain, request, options);
        return outcome instanceof Promise ? outcome.then(go) : go(outcome);
      };

      const body = exchange.request.body;
      if (body && chains.some((chain) => chain.needsBody)) {
        return body.peek(options.bodyBytes).then((seen) => run(view(exchange, seen.bytes, seen.whole), 0));
      }
      return run(view(exchange, null, body === null), 0);
    },
  };
}

function mapsFor(options: RulesOptions, tenant: string | undefined): CompiledMap[] {
  const own = tenant === undefined ? undefined : options.tenants.get(tenant);
  return options.map ? (own ? [options.map, own] : [options.map]) : own ? [own] : [];
}

function view(exchange: Exchange, body: Uint8Array | null, bodyWhole: boolean): RuleRequest {
  const target = exchange.facts.get(targetFact) as Target;
  return {
    method: exchange.request.method,
    path: target.path,
    rawPath: target.rawPath,
    rawQuery: target.rawQuery,
    headers: exchange.request.headers,
    address: exchange.viewer.address,
    peer: exchange.viewer.peer,
    tenant: exchange.facts.get(tenantFact) ?? null,
    resource: exchange.facts.get(resourceFact) as string,
    body,
    bodyWhole,
    now: exchange.clock.now(),
  };
}
