import { cache } from '../cache/stage.ts';
import { behave, behaviourOf } from '../edge/behaviour.ts';
import { compose } from '../flow/compose.ts';
import { recover } from '../flow/recover.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import { answers } from '../gateway/answers.ts';
import { key } from '../gateway/key.ts';
import { once } from '../gateway/once.ts';
import { route } from '../gateway/route.ts';
import { throttle, throttleKey } from '../gateway/throttle.ts';
import { rules } from '../rules/stage.ts';
import { admit } from './admit.ts';
import type { EdgeParts } from './edge.ts';
import { finish } from './finish.ts';
import type { Parts } from './parts.ts';
import { tenant, tenantByKey } from './tenants.ts';

/*
 * THE STRAIGHT LINE. Every order in the product is in this file and nowhere else. A request goes down the list and its
 * response comes back up; whoever stops it signs for it. The order follows what AWS does: firewall before routing,
 * throttles before anybody is asked who he is, the key after them.
 */

/** Around everything, whatever the door. */
export const frame = (p: Parts): readonly Stage[] => [
  finish(p.finish), // outermost: closes the record, whatever happened
  answers(), // on the way out: gives a bare refusal its form
  recover(p.onFault), // the only catch: a fault becomes an answer
  admit(p.admit), // is this a request at all?
];

/** The firewall: whose request, and is it fit to be looked at. */
export const guardLine = (p: Parts): readonly Stage[] => [...(p.tenants ? [tenant(p.tenants)] : []), rules(p.rules)];

/** The edge: may it come in this way, and do we know the answer already? */
export const edgeLine = (e: EdgeParts): readonly Stage[] => [
  behave(e.paths), // by path, once
  cache(e.room, (exchange) => e.cache[behaviourOf(exchange)] ?? null),
];

/** The gateway: where, how often, by whom. */
export const gatewayLine = (p: Parts): readonly Stage[] => [
  route(p.router),
  throttle(p.throttles),
  key(p.keys),
  ...(p.tenantsByKey ? [tenantByKey(p.tenantsByKey), rules(p.tenantRules, 'rules.tenant')] : []),
  throttleKey(p.throttles),
  once(p.once),
];

export const stages = (p: Parts): readonly Stage[] => [...frame(p), ...guardLine(p), ...(p.edge ? edgeLine(p.edge) : []), ...gatewayLine(p)];

/** The whole line, ending where somebody answers. */
export const pipeline = (line: readonly Stage[], end: Handle): Handle => compose(line, end);
