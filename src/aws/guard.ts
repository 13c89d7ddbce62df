import { systemClock, type Clock } from '../base/clock.ts';
import { messageOf } from '../base/fault.ts';
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
import { compileMap, type CompiledMap } from '../rules/chain.ts';
import { all } from '../rules/pages/all.gen.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import { rules } from '../rules/stage.ts';
import { Trace } from '../trace/trace.ts';
import type { Firewall } from './firewall.ts';
import { Kept } from './kept.ts';
import { lines, toStdout, type Write } from './log.ts';
import { notStarted, type BadEvent } from './event.ts';
import { madeOfSecrets, type NamedSecrets } from './named-secrets.ts';
import { lambdaReasons } from './reasons.ts';
import type { SourcedMap } from './rule-sources.ts';
import { originGate, originSecret, type OriginGate, type OriginSecret } from './origin-secret.ts';

export interface GuardOptions {
  /** Resource to chain of rules, as in the document's `rules.map`; or where it is read from (`ssmRules`, `s3Rules`, `dynamoRules`). */
  readonly map: ResourceMap | SourcedMap;
  /** Why no rule of the map may need a body; left out where bodies are seen. */
  readonly bodiless?: string;
  /** Rules in SecLang that judge before the map does: `firewall({ asset })`. */
  readonly waf?: Firewall;
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
  /** The secrets that the rules name, where they are in Secrets Manager; the environment has the rest. */
  readonly secrets?: NamedSecrets;
  /** Refuses whoever does not send this header. */
  readonly originSecret?: OriginSecret;
  readonly clock?: Clock;
  readonly write?: Write;
}

/** The firewall alone: what stands before the rest of the line, for doors behind which somebody else answers. */
export interface Guard {
  readonly clock: Clock;
  readonly write: Write;
  /** The rules in force; the reason when there are none, because they or their secrets could not be read. Never rejects. */
  rules(): Promise<LoadedRules | BadEvent>;
}

/** One version of the rules. */
export interface LoadedRules {
  readonly needsBody: boolean;
  /** Null when the request may pass; otherwise the answer for the viewer. */
  inspect(
    request: HttpRequest,
    viewer: Viewer,
  ): Promise<{ readonly refusal: HttpResponse | null; readonly trace: string; readonly viewer: Viewer }>;
}

const passed: HttpResponse = {
  status: 200,
  headers: HeaderList.empty,
  body: null,
  from: { by: 'function', name: 'passed' },
};

/** Throws at load for a map with anything wrong in it: a guard that was half understood lets nobody feel safe. */
export function guard(options: GuardOptions): Guard {
  const { clock = systemClock, write = toStdout, secrets } = options;
  const ofEnvironment = options.secret ?? ((name: string) => process.env[name] ?? null);
  const gate = options.originSecret ? originGate(options.originSecret, ofEnvironment, clock, write) : null;
  const rulesWith = (secret: (name: string) => string | null): Rules => {
    const load = loader(options, gate, secret, clock, write);
    if (isSourced(options.map)) return sourced(options.map, load, clock, write);
    const loaded = Promise.resolve(load(options.map, options.version ?? 'none'));
    return () => loaded;
  };
  if (!secrets) return { clock, write, rules: rulesWith(ofEnvironment) };
  const made = madeOfSecrets(secrets, { clock, write }, async (secret) => {
    const rules = rulesWith(secret);
    // Whatever was in force before stays so while the map cannot be read, or does not go with the secrets.
    if ('reason' in (await rules())) throw new Error('there is no rule map in force; see the line before');
    return rules;
  });
  return {
    clock,
    write,
    async rules() {
      const rules = await made();
      return typeof rules === 'function' ? rules() : rules;
    },
  };
}

type Rules = Guard['rules'];
type Load = (map: ResourceMap, version: string) => LoadedRules;

function sourced(map: SourcedMap, load: Load, clock: Clock, write: Write): Rules {
  const { source } = map;
  const { ageMs = source.ages?.everyMs ?? 60_000, keepMs = source.ages?.keepMs ?? 3_600_000 } = map;
  const kept = new Kept({
    async load() {
      const found = await source.load();
      return load(await map.parse(found), found.version.slice(0, 64));
    },
    ageMs,
    keepMs,
    clock,
    failed(thrown, good) {
      const says = good ? 'a newer rule map was not taken' : 'there is no rule map, so nobody comes in';
      const facts = { source: source.name, code: lambdaReasons.start.code, reason: messageOf(thrown) };
      write(JSON.stringify({ kind: 'log', level: 'error', says, ...facts }));
    },
  });
  return async () => (await kept.current()) ?? notStarted;
}

const isSourced = (map: ResourceMap | SourcedMap): map is SourcedMap =>
  typeof (map as SourcedMap).source?.load === 'function';

function loader(
  options: GuardOptions,
  gate: OriginGate | null,
  secret: (name: string) => string | null,
  clock: Clock,
  write: Write,
): Load {
  const known = new Map(
    [...(all as unknown as readonly RuleDefinition[]), ...(options.plugins ?? [])].map((rule) => [rule.name, rule]),
  );
  const judging = options.waf?.stage(clock);
  const api = options.api ?? { region: 'us-east-1', account: '000000000000', id: 'local', stage: '$default' };
  return (map, version) => {
    const compiled = compiledOf(map, known, secret);
    const needsBody = [...compiled.uses].some((name) => known.get(name)?.needs === 'body');
    if (needsBody && options.bodiless !== undefined) throw new Error(options.bodiless);
    const stages: readonly Stage[] = [
      finish({
        version,
        sinks: [lines(write)],
        logging: { sinks: [], keepSteps: 'refusals', sample: 0, secretHeaders: [], secretParameters: [], remember: 0 },
        answers: { traceHeader: true, codeHeader: false },
        secrets: new Set(),
      }),
      answers(),
      recover(() => {}),
      admit({ targetBytes: 10_240, headerCount: 200, paths: strictPaths, api }),
      ...(gate ? [originSecret(gate)] : []),
      ...(judging ? [judging] : []),
      rules({
        map: compiled,
        tenants: new Map(),
        onFault: options.onFault ?? 'closed',
        bodyBytes: options.bodyBytes ?? 65_536,
        timeoutMs: options.timeoutMs ?? 1000,
      }),
    ];
    const handle = compose(stages, () => passed);
    const names = stages.map((stage) => stage.name);
    return {
      needsBody,
      async inspect(request, peer) {
        const viewer = gate?.viewerOf(request, peer) ?? peer;
        const trace = new Trace(newId(clock.now()), names, clock);
        const response = await handle(
          newExchange({ request, viewer, trace, clock, departure: new Departure(), later() {} }),
        );
        return { refusal: response.from.by === 'function' ? null : response, trace: trace.id, viewer };
      },
    };
  };
}

function compiledOf(
  map: ResourceMap,
  known: ReadonlyMap<string, RuleDefinition>,
  secret: (name: string) => string | null,
): CompiledMap {
  const calls = Object.fromEntries(
    Object.entries(map).map(([key, chain]) => [
      key,
      chain.map((call) => ({ ...call, params: call.params ?? {}, mode: call.mode ?? 'enforce' })),
    ]),
  );
  const { compiled, issues } = compileMap(calls, known, { secret });
  if (compiled !== null) return compiled;
  throw new Error(
    issues
      .map((issue) => `${issue.path.join('.')}: wanted ${issue.wanted}, found ${issue.found}; ${issue.hint}`)
      .join('\n'),
  );
}
