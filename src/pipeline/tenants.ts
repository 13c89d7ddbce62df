import type { Tenants } from '../config/rules.ts';
import { refuse } from '../flow/refuse.ts';
import { targetFact, tenantFact } from '../flow/shared-facts.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Stage } from '../flow/stage.ts';
import { tenantReasons } from './reasons.ts';

/** Finds whose request this is, by header, host or path. A tenant found by his key is known only after the key stage. */
export function tenant(tenants: Tenants): Stage {
  const find = finder(tenants);
  return {
    name: 'tenant',
    handle(exchange, next) {
      const found = find(exchange);
      if (found === null || found === '') {
        if (tenants.required) return refuse(exchange, 'tenant', tenantReasons.missing);
        return next(exchange);
      }
      if (!Object.hasOwn(tenants.known, found)) {
        if (tenants.required) return refuse(exchange, 'tenant', tenantReasons.unknown);
        exchange.trace.note('tenant', 'unknown');
        return next(exchange);
      }
      exchange.facts.set(tenantFact, found);
      exchange.trace.note('tenant', 'found', { tenant: found });
      return next(exchange);
    },
  };
}

/** After the key stage, where the key names the tenant: is it one we know? */
export function tenantByKey(tenants: Tenants): Stage {
  return {
    name: 'tenant',
    handle(exchange, next) {
      const found = exchange.facts.get(tenantFact);
      if (found === undefined && tenants.required) return refuse(exchange, 'tenant', tenantReasons.missing);
      if (found !== undefined && !Object.hasOwn(tenants.known, found) && tenants.required)
        return refuse(exchange, 'tenant', tenantReasons.unknown);
      return next(exchange);
    },
  };
}

export const namedByKey = (tenants: Tenants | undefined): boolean => tenants !== undefined && 'key' in tenants.from;

function finder({ from }: Tenants): (exchange: Exchange) => string | null {
  if ('header' in from) {
    const name = from.header.toLowerCase();
    return ({ request }) => {
      const values = request.headers.all(name);
      return values.length === 1 ? (values[0] as string) : null; // two answers are none
    };
  }
  if ('host' in from) {
    const pattern = template(from.host.toLowerCase(), '[^.:]+');
    return ({ request }) =>
      pattern.exec((request.headers.get('host') ?? '').toLowerCase().replace(/:\d+$/, ''))?.[1] ?? null;
  }
  if ('path' in from) {
    const pattern = template(from.path, '[^/]+', '(?:/|$)');
    return ({ facts }) => pattern.exec(facts.get(targetFact)?.path ?? '')?.[1] ?? null;
  }
  return () => null;
}

function template(text: string, hole: string, end = '$'): RegExp {
  const parts = text.split('{tenant}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join(`(${hole})`)}${end}`);
}
