import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { installStreaming, isStreamHandler, responseStream, type StreamHandler } from './guest-stream.ts';
import {
  CLOSED,
  contextOf,
  type GuestCall,
  type GuestData,
  type GuestReply,
  type GuestTaken,
} from './guest-protocol.ts';

/** The inside of a worker: loads somebody's handler and gives it one event at a time, as the Lambda runtime does. */

type Handler = (event: unknown, context: object, callback: (error?: unknown, value?: unknown) => void) => unknown;

const data = workerData as GuestData;
const port = parentPort as NonNullable<typeof parentPort>;
const reply = (message: GuestReply): void => port.postMessage(message);

async function load(): Promise<Handler> {
  const typed = /\.[cm]?tsx?$/.test(data.file);
  const url = pathToFileURL(data.file).href;
  // A module that uses this package gets it as it runs here; for all others it would be a start for nothing.
  const ours = typed && readFileSync(data.file, 'utf8').includes('sallyport');
  const module = (
    ours
      ? await (await import('./load-module.ts')).loadModule(data.file)
      : typed
        ? await typescript(url)
        : await import(url)
  ) as Record<string, unknown>;
  const root = (module['default'] ?? {}) as Record<string, unknown>;
  const find = (from: Record<string, unknown>): unknown =>
    data.handler
      .split('.')
      .reduce<unknown>(
        (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
        from,
      );
  const handler = find(module) ?? find(root) ?? (data.handler === 'default' ? root : undefined);
  if (typeof handler !== 'function')
    throw new TypeError(`${data.file} has no export "${data.handler}" that is a function`);
  return handler as Handler;
}

/** The compiler is large, and a handler in JavaScript does without it. */
async function typescript(url: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  return createJiti(url, { interopDefault: false, moduleCache: false }).import(url);
}

/** An error as Lambda reports it: a thrown text is its own message. */
function errorOf(thrown: unknown): Extract<GuestReply, { kind: 'error' }>['error'] {
  if (thrown instanceof Error)
    return { type: thrown.name, message: thrown.message, trace: (thrown.stack ?? '').split('\n').slice(0, 30) };
  return {
    type: typeof thrown,
    message: typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown)),
    trace: [],
  };
}

/** Events that were sent ahead; the next is begun when the one before has answered. */
const ahead: GuestCall[] = [];
let busy = false;

function take(handler: Handler): void {
  if (busy) return;
  const call = ahead.shift();
  if (!call) return;
  if (Atomics.compareExchange(data.next, 0, call.id, call.id + 1) === CLOSED) return; // it is another instance's now
  run(handler, call);
}

function run(handler: Handler, call: GuestCall): void {
  busy = true;
  let done = false;
  const finish = (message: GuestReply): void => {
    if (done) return;
    done = true;
    port.ref();
    reply(message);
    busy = false;
    take(handler);
  };
  const fail = (thrown: unknown): void => finish({ kind: 'error', id: call.id, error: errorOf(thrown) });
  const succeed = (value: unknown): void => {
    let text: string;
    try {
      text = JSON.stringify(value) ?? 'null';
    } catch (thrown) {
      return fail(thrown);
    }
    const bytes = text.length * 3 < data.mostBytes ? 0 : Buffer.byteLength(text);
    finish(bytes > data.mostBytes ? { kind: 'too-large', id: call.id, bytes } : { kind: 'answer', id: call.id, text });
  };
  const callback = (error?: unknown, value?: unknown): void =>
    error === undefined || error === null ? succeed(value) : fail(error);
  // While the handler works, only its own timers and sockets keep this thread alive: when it leaves nothing that could ever
  // answer, the thread ends, and so does the wait.
  port.unref();
  try {
    if (isStreamHandler(handler)) return streamTo(handler, call, succeed, fail);
    const context = {
      ...contextOf(data, { requestId: call.requestId, deadline: Date.now() + call.timeoutMs }),
      done: callback,
      succeed,
      fail,
    };
    const returned = handler(JSON.parse(call.event), context, callback);
    if (typeof (returned as PromiseLike<unknown> | null)?.then === 'function')
      (returned as PromiseLike<unknown>).then(succeed, fail);
    else if (!done) reply({ kind: 'by-callback', id: call.id });
  } catch (thrown) {
    fail(thrown);
  }
}

/** Told when the chunk that was sent last has been taken. */
let taken: (() => void) | null = null;

/** A handler that streams. Called as one that does not, its stream is collected and is its answer, as a text. */
function streamTo(
  handler: StreamHandler,
  call: GuestCall,
  succeed: (value: unknown) => void,
  fail: (thrown: unknown) => void,
): void {
  const collected: Uint8Array[] = [];
  const stream = responseStream((bytes, next) => {
    if (!call.streams) {
      collected.push(bytes);
      return next();
    }
    // While the owner has the chunk, the answer to it is what this thread waits for.
    port.ref();
    taken = () => {
      port.unref();
      next();
    };
    reply({ kind: 'chunk', id: call.id, bytes });
  });
  stream.on('finish', () => succeed(call.streams ? null : Buffer.concat(collected).toString()));
  stream.on('error', fail);
  const context = contextOf(data, { requestId: call.requestId, deadline: Date.now() + call.timeoutMs });
  const returned = handler(JSON.parse(call.event), stream, context);
  Promise.resolve(returned).catch(fail);
}

process.on('unhandledRejection', (thrown) => reply({ kind: 'crash', error: errorOf(thrown) }));
process.on('uncaughtException', (thrown) => reply({ kind: 'crash', error: errorOf(thrown) }));

installStreaming();
load().then(
  (handler) => {
    port.on('message', (call: GuestCall | GuestTaken) => {
      if ('taken' in call) {
        const next = taken;
        taken = null;
        return next?.();
      }
      ahead.push(call);
      take(handler);
    });
    reply({ kind: 'ready' });
  },
  (thrown: unknown) => {
    reply({ kind: 'unloadable', error: errorOf(thrown) });
    port.close();
  },
);
