import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Invocation, Invoked } from '../ports/invoker.ts';
import {
  CLOSED,
  type GuestCall,
  type GuestData,
  type GuestError,
  type GuestReply,
  type GuestTaken,
} from './guest-protocol.ts';

/** One instance of a function: a worker thread that has loaded its module and takes one event at a time. */
export interface InstanceOptions extends Omit<GuestData, 'next'> {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** A line that the function wrote, or something about it. */
  readonly say: (level: 'info' | 'warn' | 'error', text: string, facts?: Readonly<Record<string, unknown>>) => void;
}

const here = import.meta.url;
const typed = here.endsWith('.ts');

/** Under a TypeScript loader the guest is source and needs one too; once built it is plain JavaScript. */
function bootstrap(): string {
  const guest = new URL(typed ? './guest.ts' : './guest.js', here).href;
  if (!typed) return `import(${JSON.stringify(guest)});`;
  const jiti = createRequire(here).resolve('jiti');
  return `require(${JSON.stringify(jiti)}).createJiti(${JSON.stringify(here)}, { interopDefault: false }).import(${JSON.stringify(guest)});`;
}

/** What becomes of an event that was sent ahead to an instance that died before it was begun. */
export const unserved = Symbol('unserved');

interface Call {
  readonly id: number;
  readonly resolve: (outcome: Invoked | typeof unserved) => void;
  readonly stream: Stream | undefined;
  byCallback: boolean;
}

type Stream = NonNullable<Invocation['stream']>;

export class Instance {
  readonly #worker: Worker;
  readonly #options: InstanceOptions;
  readonly #ready: Promise<GuestError | null>;
  /** The first is being worked on; the others were sent ahead. */
  readonly #calls: Call[] = [];
  #timer: NodeJS.Timeout | null = null;
  #begun = 0;
  /** How long events took of late, in milliseconds; a moving mean. */
  #usual = Number.POSITIVE_INFINITY;
  #nextId = 0;
  readonly #next = new Int32Array(new SharedArrayBuffer(4));
  #dead = false;
  /** Told when this instance can take no more events. */
  onDeath: () => void = () => {};

  constructor(options: InstanceOptions) {
    this.#options = options;
    const { env, timeoutMs: _, say, ...data } = options;
    this.#worker = new Worker(bootstrap(), {
      eval: true,
      workerData: { ...data, next: this.#next },
      env: { ...env },
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: options.memoryMb,
        // What an event leaves behind is swept sooner, and an idle instance holds the less.
        maxYoungGenerationSizeMb: Math.min(2, options.memoryMb),
      },
    });
    this.#worker.unref();
    for (const [stream, level] of [
      [this.#worker.stdout, 'info'],
      [this.#worker.stderr, 'warn'],
    ] as const) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        for (const line of text.split('\n'))
          if (line.trim() !== '') say(level, line.slice(0, 8192), { function: options.functionName });
      });
    }
    let settle: (error: GuestError | null) => void = () => {};
    this.#ready = new Promise((resolve) => (settle = resolve));
    this.#worker.on('message', (message: GuestReply) => {
      if (message.kind === 'ready') settle(null);
      else if (message.kind === 'unloadable') {
        this.#dead = true;
        settle(message.error);
      } else this.#hear(message);
    });
    this.#worker.on('error', (thrown: Error & { code?: string }) => {
      const out = thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';
      const error = {
        type: out ? 'Runtime.OutOfMemory' : thrown.name,
        message: out ? `the function used more than ${options.memoryMb} MB` : thrown.message,
        trace: [],
      };
      settle(error);
      this.#die({ kind: 'error', ...error });
    });
    this.#worker.on('exit', () => {
      settle({ type: 'Runtime.ExitError', message: 'the worker ended before its module was loaded', trace: [] });
      // Nothing was left that could answer. By callback that is an empty answer; with a promise it is an error.
      this.#die(
        this.#calls[0]?.byCallback
          ? { kind: 'answer', value: null }
          : {
              kind: 'error',
              type: 'Runtime.NodeJsExit',
              message: 'the function ended without an answer: its promise can never be settled',
              trace: [],
            },
      );
    });
  }

  /** Resolves once the module is loaded, with what stands against it. */
  get ready(): Promise<GuestError | null> {
    return this.#ready;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Events that were given to it and are not answered. */
  get load(): number {
    return this.#calls.length;
  }

  /** How long its events take of late; infinite before the first. */
  get usualMs(): number {
    return this.#usual;
  }

  run(event: string, requestId: string, stream?: Stream): Promise<Invoked | typeof unserved> {
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#calls.push({ id, resolve, stream, byCallback: false });
      if (this.#calls.length === 1) {
        this.#worker.ref();
        this.#begin();
      }
      this.#worker.postMessage({
        id,
        event,
        requestId,
        timeoutMs: this.#options.timeoutMs,
        streams: stream !== undefined,
      } satisfies GuestCall);
    });
  }

  /** The first event's time begins. */
  #begin(): void {
    const { timeoutMs } = this.#options;
    this.#begun = performance.now();
    // What Lambda does when it is over: the whole instance is thrown away, and the next event begins with a new one.
    this.#timer = setTimeout(() => this.#die({ kind: 'timeout', whose: 'function', afterMs: timeoutMs }), timeoutMs);
  }

  #hear(message: Exclude<GuestReply, { kind: 'ready' | 'unloadable' }>): void {
    if (message.kind === 'crash') {
      this.#die({ kind: 'error', ...message.error });
      return;
    }
    const call = this.#calls[0];
    if (!call || call.id !== message.id) return;
    if (message.kind === 'chunk') {
      const taken = (): void => this.#worker.postMessage({ taken: call.id } satisfies GuestTaken);
      const told = call.stream?.(message.bytes);
      if (told instanceof Promise) void told.then(taken, taken);
      else taken();
      return;
    }
    if (message.kind === 'by-callback') {
      call.byCallback = true;
      return;
    }
    this.#finish(
      message.kind === 'answer'
        ? { kind: 'answer', value: JSON.parse(message.text) as unknown }
        : message.kind === 'too-large'
          ? { kind: 'too-large', which: 'answer', bytes: message.bytes }
          : { kind: 'error', ...message.error },
    );
  }

  #finish(outcome: Invoked): void {
    const call = this.#calls.shift();
    if (!call) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const took = performance.now() - this.#begun;
    this.#usual = this.#usual === Number.POSITIVE_INFINITY ? took : this.#usual * 0.9 + took * 0.1;
    if (this.#calls.length > 0 && !this.#dead) this.#begin();
    else if (!this.#dead) this.#worker.unref();
    call.resolve(outcome);
  }

  #die(outcome: Invoked): void {
    const first = !this.#dead;
    this.#dead = true;
    this.#finish(outcome);
    // From here on the guest begins nothing. What it had begun shares the fate of the event it died of; the rest may go elsewhere.
    const next = Atomics.exchange(this.#next, 0, CLOSED);
    for (const call of this.#calls.splice(0)) call.resolve(next !== CLOSED && call.id >= next ? unserved : outcome);
    if (!first) return;
    void this.#worker.terminate();
    this.onDeath();
  }

  async close(): Promise<void> {
    this.#dead = true;
    const outcome: Invoked = { kind: 'unavailable', says: 'the gateway is shutting down' };
    this.#finish(outcome);
    for (const call of this.#calls.splice(0)) call.resolve(outcome);
    await this.#worker.terminate();
  }
}
