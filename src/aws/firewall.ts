import { readFileSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import type { Stage } from '../flow/stage.ts';
import { openShippedWaf } from '../pipeline/waf-envelope.ts';
import { waf } from '../waf/stage.ts';

export interface FirewallOptions {
  /** What `sallyport waf compile` wrote: its bytes, or where it lies beside the handler. */
  readonly asset: Uint8Array | string | URL;
  /** What becomes of a request when the firewall itself breaks; `closed` when left out. */
  readonly onFault?: 'open' | 'closed';
  /** Parameters, besides the usual names, whose values never stand in a trace; in lower case. */
  readonly secretParameters?: readonly string[];
}

/** Rules of the OWASP Core Rule Set, or others in SecLang, in front of a rule map. */
export interface Firewall {
  /** Throws when the asset cannot be read: then there is no door. */
  stage(clock: Clock): Stage;
}

/**
 * The firewall that a document describes, out of its asset: a cold start reads tables and compiles nothing. Where a door never
 * sees a body, rules find none; `sallyport plan` names those that want one.
 */
export function firewall({ asset, onFault = 'closed', secretParameters = [] }: FirewallOptions): Firewall {
  return {
    stage(clock) {
      const bytes = asset instanceof Uint8Array ? asset : readFileSync(asset);
      const loaded = openShippedWaf(bytes, clock);
      const guard = { waf: loaded.waf, overlays: [], judgesAnswers: false };
      return waf({ guardFor: () => guard, onFault, secrets: new Set(secretParameters), plainAnswers: false });
    },
  };
}
