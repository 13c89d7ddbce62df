import { watch, type FSWatcher } from 'node:fs';
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { FunctionOptions, Invocation, Invoked, Invoker } from '../ports/invoker.ts';
import { MOST_PAYLOAD } from './guest-protocol.ts';
import { Instance, unserved, type InstanceOptions } from './instance.ts';

/**
 * Somebody's Lambda handler, each instance in a worker thread of its own: a limit on time and memory, one event at a
 * time, more instances as they are needed, and a queue in front when all are busy.
 */
export interface WorkerOptions extends FunctionOptions {
  /** The document's folder. */
  readonly folder: string;
  /** Take up changes of the module's folder. */
  readonly watch: boolean;
  readonly say: InstanceOptions['say'];
}

/** Events that wait for an instance; more are turned away, as a function at its concurrency limit does. */
const MOST_WAITING = 1000;

/** Milliseconds that an event waits for a busy instance before another one is started for it. */
const PATIENCE_MS = 10;
/** The same where another instance is starting already, or those there are quick: more of them would wait for the same cores. */
const LONG_PATIENCE_MS = 150;

/**
 * An instance whose events take less than this may be sent a few ahead, to be begun one after the other: for such a
 * function waking a thread costs more than the event itself. A slower one gets its next event when it has answered.
 */
const QUICK_MS = 1;
const MOST_AHEAD = 4;

interface Waiting {
  readonly since: number;
  readonly invocation: Invocation;
  readonly text: string;
  readonly resolve: (outcome: Invoked) => void;
  timer: NodeJS.Timeout | null;
}

export function workerInvoker(options: WorkerOptions): Invoker {
  const file = isAbsolute(options.file) ? options.file : join(options.folder, options.file);
  const functionName = basename(file).replace(/\.[^.]+$/, '');
  const loaded = new Set<Instance>();
  const all = new Set<Instance>();
  const queue: Waiting[] = [];
  let closed = false;
  let again: NodeJS.Timeout | null = null;

  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    TZ: ':UTC',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMb),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
    LAMBDA_TASK_ROOT: dirname(file),
    _HANDLER: `${functionName}.${options.handler}`,
    ...options.env,
  };

  const start = (): Instance => {
    const instance = new Instance({
      file,
      handler: options.handler,
      functionName,
      memoryMb: options.memoryMb,
      mostBytes: MOST_PAYLOAD,
      timeoutMs: options.timeoutMs,
      env,
      say: options.say,
    });
    all.add(instance);
    instance.onDeath = () => {
      forget(instance);
      pull();
    };
    return instance;
  };

  const forget = (instance: Instance): void => {
    all.delete(instance);
    loaded.delete(instance);
    stale.delete(instance);
  };

  /** One that is free, else a quick one with room ahead. */
  const choose = (): Instance | null => {
    let best: Instance | null = null;
    for (const each of loaded) {
      if (each.dead || stale.has(each)) continue;
      if (each.load === 0) return each;
      if (each.load < MOST_AHEAD && each.usualMs < QUICK_MS && (best === null || each.load < best.load)) best = each;
    }
    return best;
  };

  /** Gives the longest waiting event to a free or a new instance. */
  const pull = (): void => {
    while (queue.length > 0 && !closed) {
      let instance = choose();
      if (!instance) {
        if (all.size >= options.concurrency) return;
        // An instance that is nearly done serves sooner than a new one starts, and costs no memory.
        const waited = performance.now() - (queue[0] as Waiting).since;
        const patience =
          all.size > loaded.size || [...loaded].some((each) => each.usualMs < QUICK_MS)
            ? LONG_PATIENCE_MS
            : PATIENCE_MS;
        if (all.size > 0 && waited < patience) {
          again ??= setTimeout(
            () => {
              again = null;
              pull();
            },
            patience - waited + 1,
          );
          return;
        }
        instance = start();
      }
      const waiting = queue.shift() as Waiting;
      // Given at once where that is possible, so that the instance's load is true before the next one is chosen.
      void (loaded.has(instance) ? serve(instance, waiting) : begin(instance, waiting));
    }
  };

  const begin = async (instance: Instance, waiting: Waiting): Promise<void> => {
    const error = await instance.ready;
    if (error) {
      forget(instance);
      finish(waiting, { kind: 'unavailable', says: `${error.type}: ${error.message}` });
      options.say('error', `function ${functionName} does not load`, { says: error.message, trace: error.trace });
      return pull();
    }
    loaded.add(instance);
    await serve(instance, waiting);
  };

  const serve = async (instance: Instance, waiting: Waiting): Promise<void> => {
    const { stream, requestId } = waiting.invocation;
    const outcome = await instance.run(
      waiting.text,
      requestId,
      stream &&
        ((chunk) => {
          // The caller's patience is for the beginning; from here on the function's own time counts.
          if (waiting.timer) clearTimeout(waiting.timer);
          waiting.timer = null;
          return stream(chunk);
        }),
    );
    if (outcome === unserved) {
      queue.unshift(waiting); // it was not begun: somebody else takes it
      return pull();
    }
    finish(waiting, outcome);
    if (outcome.kind === 'error') {
      options.say('error', `function ${functionName} failed`, {
        requestId: waiting.invocation.requestId,
        type: outcome.type,
        says: outcome.message,
        trace: outcome.trace,
      });
    } else if (outcome.kind === 'timeout') {
      options.say(
        'error',
        `function ${functionName}: Task timed out after ${(outcome.afterMs / 1000).toFixed(2)} seconds`,
        { requestId: waiting.invocation.requestId },
      );
    }
    if (stale.has(instance) && instance.load === 0) await retire(instance);
    pull();
  };

  const finish = (waiting: Waiting, outcome: Invoked): void => {
    if (waiting.timer) clearTimeout(waiting.timer);
    waiting.resolve(outcome);
  };

  const stale = new Set<Instance>();
  const retire = async (instance: Instance): Promise<void> => {
    forget(instance);
    await instance.close();
  };
  const watcher =
    options.watch && existsSync(dirname(file))
      ? watching(dirname(file), () => {
          options.say('info', `function ${functionName} has changed; the next event meets the new module`);
          for (const instance of all) {
            if (instance.load === 0 && loaded.has(instance)) void retire(instance);
            else stale.add(instance);
          }
        })
      : null;

  return {
    invoke(invocation) {
      if (closed) return { kind: 'unavailable', says: 'the gateway is shutting down' };
      const text = JSON.stringify(invocation.event);
      const bytes = text.length * 3 < MOST_PAYLOAD ? 0 : Buffer.byteLength(text);
      if (bytes > MOST_PAYLOAD) return { kind: 'too-large', which: 'event', bytes };
      if (queue.length >= MOST_WAITING) return { kind: 'throttled' };
      return new Promise((resolve) => {
        const waiting: Waiting = { since: performance.now(), invocation, text, resolve, timer: null };
        // The caller's patience may end first; the function goes on and its answer is dropped.
        waiting.timer = setTimeout(() => {
          const at = queue.indexOf(waiting);
          if (at >= 0) queue.splice(at, 1);
          resolve({ kind: 'timeout', whose: 'caller', afterMs: invocation.withinMs });
        }, invocation.withinMs);
        queue.push(waiting);
        pull();
      });
    },
    async close() {
      closed = true;
      watcher?.close();
      if (again) clearTimeout(again);
      for (const waiting of queue.splice(0))
        finish(waiting, { kind: 'unavailable', says: 'the gateway is shutting down' });
      await Promise.all([...all].map((instance) => instance.close()));
    },
  };
}

/** Editors write several times at once; one change is told after a short quiet. */
function watching(folder: string, changed: () => void): FSWatcher {
  let timer: NodeJS.Timeout | null = null;
  const watcher = watch(folder, (_, name) => {
    if (name !== null && !/\.(?:[cm]?[jt]sx?|json)$/.test(name)) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(changed, 50);
    timer.unref();
  });
  watcher.unref();
  return watcher;
}
