import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle, type BundleKind } from '../../../src/cdk/bundle.ts';

/** One function as Lambda runs it: its bundle in a process of its own, fed over the Runtime API. */
export interface Running {
  /** What the function returned, or the error that it reported; for a streamed answer head and body. */
  invoke(event: unknown): Promise<Invoked>;
  readonly log: () => string;
  stop(): Promise<void>;
}

export type Invoked =
  | { readonly kind: 'answer'; readonly value: unknown }
  | {
      readonly kind: 'stream';
      readonly head: {
        readonly statusCode: number;
        readonly headers: Record<string, string>;
        readonly cookies?: string[];
      };
      readonly body: Buffer;
    }
  | { readonly kind: 'error'; readonly value: unknown };

/** The Runtime API: `next` waits for an event, `response` and `error` give the outcome back. */
class RuntimeApi {
  readonly server: Server;
  readonly #events: { readonly id: string; readonly event: unknown }[] = [];
  readonly #waiting: ServerResponse[] = [];
  readonly #done = new Map<string, (invoked: Invoked) => void>();
  #count = 0;

  constructor() {
    this.server = createServer((request, response) => {
      const [, , runtime, , id = '', what] = (request.url ?? '').split('/');
      if (runtime !== 'runtime') return void response.writeHead(404).end();
      if (id === 'next') {
        this.#waiting.push(response);
        return this.#pump();
      }
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          this.#done.get(id)?.(outcome(what, request.headers, Buffer.concat(chunks)));
          this.#done.delete(id);
          response.writeHead(202).end('{}');
        });
    });
  }

  invoke(event: unknown): Promise<Invoked> {
    const id = `invocation-${++this.#count}`;
    this.#events.push({ id, event });
    return new Promise((resolve) => {
      this.#done.set(id, resolve);
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#events.length > 0 && this.#waiting.length > 0) {
      const { id, event } = this.#events.shift() as { id: string; event: unknown };
      const headers = {
        'Lambda-Runtime-Aws-Request-Id': id,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + 30_000),
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:1:function:f',
        'Content-Type': 'application/json',
      };
      (this.#waiting.shift() as ServerResponse).writeHead(200, headers).end(JSON.stringify(event));
    }
  }
}

function outcome(what: string | undefined, headers: NodeJS.Dict<string | string[]>, bytes: Buffer): Invoked {
  if (what === 'error') return { kind: 'error', value: JSON.parse(bytes.toString()) as unknown };
  if (headers['lambda-runtime-function-response-mode'] !== 'streaming')
    return { kind: 'answer', value: JSON.parse(bytes.toString() || 'null') as unknown };
  // The head of a streamed HTTP answer is JSON, then eight zero bytes, then the body.
  const end = bytes.indexOf(Buffer.alloc(8));
  return {
    kind: 'stream',
    head: JSON.parse(bytes.subarray(0, end).toString()) as never,
    body: bytes.subarray(end + 8),
  };
}

/** Path of `aws-lambda-ric`, Lambda's own client, when it is to be the function's side (`npm run test:ric`). */
const realClient = process.env['SALLYPORT_RIC'];

/** The function's side of the same protocol where that one is not installed, with what Lambda's own client offers to handlers: `awslambda` for streams. */
const client = `
import http from 'node:http';
import { PassThrough } from 'node:stream';
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
const call = (method, path, headers, body) => new Promise((resolve, reject) => {
  const request = http.request({ host, port, agent, method, path: '/2018-06-01/runtime/' + path, headers }, (response) => {
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
  });
  request.on('error', reject);
  if (body && body.pipe) body.pipe(request); else request.end(body);
});
globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { streamed: true }),
  HttpResponseStream: { from(stream, head) { stream.write(JSON.stringify(head)); stream.write(Buffer.alloc(8)); return stream; } },
};
const { handler } = await import('./index.mjs');
for (;;) {
  const { headers, text } = await call('GET', 'invocation/next');
  const id = headers['lambda-runtime-aws-request-id'];
  try {
    if (handler.streamed) {
      const stream = new PassThrough();
      const sent = call('POST', 'invocation/' + id + '/response', { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked' }, stream);
      await handler(JSON.parse(text), stream, {});
      stream.end();
      await sent;
    } else await call('POST', 'invocation/' + id + '/response', {}, JSON.stringify((await handler(JSON.parse(text), { awsRequestId: id })) ?? null));
  } catch (thrown) {
    await call('POST', 'invocation/' + id + '/error', {}, JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message }));
  }
}
`;

/** Bundles the handler and starts it. */
export async function run(
  entry: string,
  kind: BundleKind,
  env: Readonly<Record<string, string>> = {},
  /** Beside the bundle, by name. */
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<Running & { readonly bytes: number }> {
  const { folder, bytes } = bundle(entry, kind);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return { ...(await runFolder(folder, env)), bytes };
}

/** Starts what was bundled already. Nothing is sent beyond loopback. */
export async function runFolder(bundled: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-lambda-'));
  cpSync(bundled, folder, { recursive: true });
  writeFileSync(join(folder, 'client.mjs'), client);
  // As Lambda's own runtime, which has the SDK.
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(resolve(import.meta.dirname, '../../../node_modules/@aws-sdk'), join(folder, 'node_modules/@aws-sdk'));
  const api = new RuntimeApi();
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  const { port } = api.server.address() as AddressInfo;
  const command = realClient === undefined ? ['client.mjs'] : [realClient, 'index.handler'];
  const child: ChildProcess = spawn(process.execPath, command, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: 'g',
      AWS_LAMBDA_LOG_STREAM_NAME: 's',
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: 'index.handler',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const died = new Promise<Invoked>((resolve) =>
    child.once('exit', (exit) => resolve({ kind: 'error', value: `the function ended with ${exit}: ${log}` })),
  );
  return {
    invoke: (event) => Promise.race([api.invoke(event), died]),
    log: () => log,
    async stop() {
      child.kill();
      await died;
      api.server.closeAllConnections();
      await new Promise((resolve) => api.server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
