import { readFileSync } from 'node:fs';
import { fromUtf8 } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import type { HttpResponse } from '../http/message.ts';
import { openShippedWaf } from '../pipeline/waf-envelope.ts';
import type { Waf } from '../waf/engine.ts';
import { messageJudge } from '../waf/message.ts';
import { reasons } from '../waf/reasons.ts';
import { Findings } from '../waf/stage-notes.ts';
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
 * sees a body, rules find none; `sallyport plan` names those that want one. A message of a WebSocket API is judged as the
 * gateway judges it: by what it says, not by the request that it is not.
 */
export function firewall({ asset, onFault = 'closed', secretParameters = [] }: FirewallOptions): Firewall {
  const secrets = new Set(secretParameters);
  return {
    stage(clock) {
      const bytes = asset instanceof Uint8Array ? asset : readFileSync(asset);
      const loaded = openShippedWaf(bytes, clock);
      const guard = { waf: loaded.waf, overlays: [], judgesAnswers: false };
      const requests = waf({ guardFor: () => guard, onFault, secrets, plainAnswers: false });
      const message = messages(loaded.waf, onFault, secrets);
      return {
        name: 'waf',
        handle: (exchange, next) =>
          exchange.request.method === 'MESSAGE' ? message(exchange, next) : requests.handle(exchange, next),
      };
    },
  };
}

function messages(
  engine: Waf,
  onFault: 'open' | 'closed',
  secrets: ReadonlySet<string>,
): (exchange: Exchange, next: Handle) => Promise<HttpResponse> {
  const judge = messageJudge(engine, []);
  return async (exchange, next) => {
    const { request, trace, viewer } = exchange;
    const bytes = request.body === null ? new Uint8Array() : await request.body.bytes();
    exchange.request = { ...request, body: Body.of(bytes) };
    const text = fromUtf8(bytes);
    const kind = isJson(text) ? 'json' : 'text';
    const seen = judge.judge({ path: request.target, address: viewer.address, kind, text, bytes });
    if (seen === null) return next(exchange);
    const { verdict, inspection } = seen;
    const { matches, faults } = inspection.transaction;
    const findings = new Findings('waf', secrets);
    findings.tell(trace, matches);
    if (verdict.kind === 'stop')
      return refuse(exchange, 'waf', reasons.blocked, {
        status: verdict.status,
        facts: { rule: verdict.rule.id, ...findings.summary() },
      });
    const [fault] = faults;
    if (fault !== undefined && onFault === 'closed')
      return refuse(exchange, 'waf', reasons.fault, { facts: { says: fault.slice(0, 200) } });
    return next(exchange);
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
