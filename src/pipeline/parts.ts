import type { Clock } from '../base/clock.ts';
import type { Fault } from '../base/fault.ts';
import type { Tenants } from '../config/rules.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { OnceOptions } from '../gateway/once.ts';
import type { KeyOptions } from '../gateway/key.ts';
import type { NamedRoute } from '../gateway/route.ts';
import type { Router } from '../gateway/router.ts';
import type { ThrottleOptions } from '../gateway/throttle.ts';
import type { RulesOptions } from '../rules/stage.ts';
import type { WafStageOptions } from '../waf/stage.ts';
import type { AdmitOptions } from './admit.ts';
import type { EdgeParts } from './edge.ts';
import type { FinishOptions } from './finish.ts';

/** What the stages of a line are made from; `assemble.ts` reads it off the document once, when it is loaded. */
export interface Parts {
  readonly clock: Clock;
  readonly finish: FinishOptions;
  readonly onFault: (fault: Fault, exchange: Exchange) => void;
  readonly admit: AdmitOptions;
  /** Tenants that the request itself names; null when there are none or a key names them. */
  readonly tenants: Tenants | null;
  /** Tenants that the API key names. */
  readonly tenantsByKey: Tenants | null;
  /** The firewall before the document's own routes; null where it has none. */
  readonly waf: WafStageOptions | null;
  readonly rules: RulesOptions;
  /** The tenants' maps alone, for where the tenant is known only after the key. */
  readonly tenantRules: RulesOptions;
  /** Null where the document has no edge. */
  readonly edge: EdgeParts | null;
  readonly router: Router<NamedRoute>;
  readonly throttles: ThrottleOptions;
  readonly keys: KeyOptions;
  readonly once: OnceOptions;
}
