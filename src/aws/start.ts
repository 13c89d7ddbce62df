import { messageOf } from '../base/fault.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { App, AppOptions } from '../pipeline/app.ts';
import { fit } from './fit.ts';
import { notStarted, type BadEvent } from './event.ts';
import { toStdout, lines, type Write } from './log.ts';
import { madeOfSecrets, type NamedSecrets } from './named-secrets.ts';
import { lambdaReasons } from './reasons.ts';
import { originGate, type OriginGate, type OriginSecret } from './origin-secret.ts';

/** A document, or an app that somebody has loaded already. */
export type AppSource = AppOptions | App | Promise<App>;

export interface DoorOptions {
  readonly clock?: Clock;
  /** Where log lines go; standard output when left out. */
  readonly write?: Write;
  /** Refuses whoever does not send this header: for a line behind a distribution that alone knows the secret. */
  readonly originSecret?: OriginSecret;
  readonly secret?: (name: string) => string | null;
  /** The secrets that the document names, where they are in Secrets Manager; the environment has the rest. */
  readonly secrets?: NamedSecrets;
}

/** What every door of a whole line holds: the app of this container, loaded once and not before it is needed. */
export interface Opened {
  readonly clock: Clock;
  readonly write: Write;
  readonly gate: OriginGate | null;
  /** The reason as long as the document cannot be loaded; a later event tries again. Never rejects. */
  app(): Promise<App | BadEvent>;
}

export function opened(source: AppSource, options: DoorOptions = {}): Opened {
  const write = options.write ?? toStdout;
  const clock = options.clock ?? systemClock;
  let loading: Promise<App | null> | null = null;
  const load = async (secret?: (name: string) => string | null): Promise<App> => {
    if (source instanceof Promise || 'handle' in source) return source;
    // Loaded when the first event comes: what is imported at the top is paid for by every cold start.
    const { sallyport } = await import('../pipeline/app.ts');
    return sallyport({
      ...source,
      ports: {
        sinks: [lines(write)],
        log: (level, says, facts) => write(JSON.stringify({ kind: 'log', level, says, ...facts })),
        ...(secret && { secret }),
        ...source.ports,
      },
    });
  };
  const log = (says: string, facts: object): void =>
    write(JSON.stringify({ kind: 'log', level: 'error', says, code: lambdaReasons.start.code, ...facts }));
  const once = async (): Promise<App | BadEvent> => {
    loading ??= load().catch((thrown: unknown) => {
      loading = null;
      log('the document could not be loaded', { reason: messageOf(thrown) });
      return null;
    });
    return (await loading) ?? notStarted;
  };
  const retire = (old: App): void =>
    void old.close().catch((thrown: unknown) => {
      log('what was made of secrets before did not close', { reason: messageOf(thrown) });
    });
  const current = options.secrets ? madeOfSecrets(options.secrets, { clock, write }, load, retire) : once;
  return {
    clock,
    write,
    gate: options.originSecret
      ? originGate(options.originSecret, options.secret ?? ((name) => process.env[name] ?? null), clock, write)
      : null,
    async app() {
      const line = await current();
      // Timers stand still while a container is frozen, so the age of a rule map is looked at when an event comes.
      if ('reason' in line || (await line.refresh())) return line;
      log('the rule map is too old to be gone by, and no newer one could be read', {});
      return notStarted;
    },
  };
}

/** The line's answer; null for a request that did not come by the distribution that it has to come by. */
export async function answerOf(
  { gate }: Pick<Opened, 'gate'>,
  line: App,
  request: HttpRequest,
  viewer: Viewer,
): Promise<HttpResponse | null> {
  if (gate === null) return line.handle(fit(request), viewer);
  const admitted = await gate.admit(request);
  return admitted && line.handle(fit(admitted), gate.viewerOf(admitted, viewer));
}
