import { systemClock, type Clock } from '../base/clock.ts';
import { newId } from '../base/id.ts';
import type { ResourceMap } from '../config/rules.ts';
import { compose } from '../flow/compose.ts';
import { Departure } from '../flow/departure.ts';
import { newExchange, type Viewer } from '../flow/exchange.ts';
import { recover } from '../flow/recover.ts';
import type { Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { strictPaths } from '../http/target.ts';
import { admit } from '../pipeline/admit.ts';
import { finish } from '../pipeline/finish.ts';
import { answers } from '../gateway/answers.ts';
import { compileMap } from '../rules/chain.ts';
import { all } from '../rules/pages/all.gen.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import { rules } from '../rules/stage.ts';
import { Trace } from '../trace/trace.ts';
import { lines, toStdout, type Write } from './log.ts';
import { originGate, originSecret, type OriginSecret } from './origin-secret.ts';

export interface GuardOptions {
  /** Resource to chain of rules, as in the document's `rules.map`. */
  readonly map: ResourceMap;
  /** Rules of your own. */
  readonly plugins?: readonly RuleDefinition[];
  readonly onFault?: 'open' | 'closed';
  /** Shown in log lines; the hash of the document, where there is one. */
  readonly version?: string;
  /** Most bytes of a body that rules are shown. */
  readonly bodyBytes?: number;
  readonly timeoutMs?: number;
  /** The place in ARNs of the map's keys. */
  readonly api?: { readonly region: string; readonly account: string; readonly id: string; readonly stage: string };
  readonly secret?: (name: string) => string | null;
  /** Refuses whoever does not send this header. */
  readonly originSecret?: OriginSecret;
  readonly clock?: Clock;
  readonly write?: Write;
}

/** The firewall alone: what stands before the rest of the line, for doors behind which somebody else answers. */
export interface Guard {
  readonly needsBody: boolean;
  readonly clock: Clock;
  readonly write: Write;
  /** Null when the request may pass; otherwise the answer for the viewer. */
  inspect(
    request: HttpRequest,
    viewer: Viewer,
  ): Promise<{ readonly refusal: HttpResponse | null; readonly trace: string }>;
}

const passed: HttpResponse = {
  status: 200,
  headers: HeaderList.empty,
  body: null,
  from: { by: 'function', name: 'passed' },
};

/** Throws at load for a map with anything wrong in it: a guard that was half understood lets nobody feel safe. */
export function guard(options: GuardOptions): Guard {
  const clock = options.clock ?? systemClock;
  const write = options.write ?? toStdout;
  const secret = options.secret ?? ((name: string) => process.env[name] ?? null);
  const known = new Map(
    [...(all as unknown as readonly RuleDefinition[]), ...(options.plugins ?? [])].map((rule) => [rule.name, rule]),
  );
  const calls = Object.fromEntries(
    Object.entries(options.map).map(([key, chain]) => [
      key,
      chain.map((call) => ({ ...call, params: call.params ?? {}, mode: call.mode ?? 'enforce' })),
    ]),
  );
  const { compiled, issues } = compileMap(calls, known, {
    secret,
  });
  if (compiled === null)
    throw new Error(
      issues
        .map((issue) => `${issue.path.join('.')}: wanted ${issue.wanted}, found ${issue.found}; ${issue.hint}`)
        .join('\n'),
    );
  const stages: Stage[] = [
    finish({
      version: options.version ?? 'none',
      sinks: [lines(write)],
      logging: { sinks: [], keepSteps: 'refusals', sample: 0, secretHeaders: [], secretParameters: [], remember: 0 },
      answers: { traceHeader: true, codeHeader: false },
      secrets: new Set(),
    }),
    answers(),
    recover(() => {}),
    admit({
      targetBytes: 10_240,
      headerCount: 200,
      paths: strictPaths,
      api: options.api ?? { region: 'us-east-1', account: '000000000000', id: 'local', stage: '$default' },
    }),
    rules({
      map: compiled,
      tenants: new Map(),
      onFault: options.onFault ?? 'closed',
      bodyBytes: options.bodyBytes ?? 65_536,
      timeoutMs: options.timeoutMs ?? 1000,
    }),
  ];
  const gate = options.originSecret ? originGate(options.originSecret, secret, clock, write) : null;
  if (gate) stages.splice(stages.length - 1, 0, originSecret(gate));
  const handle = compose(stages, () => passed);
  const names = stages.map((stage) => stage.name);
  return {
    needsBody: [...compiled.uses].some((name) => known.get(name)?.needs === 'body'),
    clock,
    write,
    async inspect(request, peer) {
      const viewer = gate?.viewerOf(request, peer) ?? peer;
      const trace = new Trace(newId(clock.now()), names, clock);
      const response = await handle(
        newExchange({ request, viewer, trace, clock, departure: new Departure(), later() {} }),
      );
      return { refusal: response.from.by === 'function' ? null : response, trace: trace.id };
    },
  };
}
