import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../base/fault.ts';
import { Metrics } from '../admin/metrics.ts';
import { serveAdmin, type Admin } from '../admin/server.ts';
import { RecentTraces } from '../admin/traces.ts';
import { parseDocument } from '../config/parse.ts';
import { serve, type Serving } from '../node/serve.ts';
import { sallyport, type App } from '../pipeline/app.ts';
import type { PortOverrides } from '../pipeline/outfit.ts';
import { loadDocument, type Loaded } from './load.ts';

export interface Running {
  readonly app: App;
  readonly serving: Serving;
  readonly admin: Admin | null;
  close(): Promise<void>;
}

/** A loaded document to a running edge: the app, the listener, the operator port. */
export async function run(
  loaded: Pick<Loaded, 'document' | 'folder' | 'plugins'>,
  ports: PortOverrides = {},
): Promise<Running> {
  const metrics = new Metrics();
  const traces = new RecentTraces(parseDocument(loaded.document).document?.logging.remember ?? 0);
  const app = await sallyport({
    ...loaded,
    ports: { ...ports, observers: [metrics, traces, ...(ports.observers ?? [])] },
  });
  let ready = false;
  let admin: Admin | null = null;
  let serving: Serving;
  try {
    // First of the two: an edge that cannot have its operator port has never served anybody.
    if (app.document.admin.enabled)
      admin = await having('admin', app, serveAdmin({ app, metrics, traces, ready: () => ready }));
    serving = await having('listen', app, serve(app, { folder: loaded.folder }));
  } catch (thrown) {
    await admin?.close();
    await app.close();
    throw thrown;
  }
  ready = true;
  let closing: Promise<void> | null = null;
  return {
    app,
    serving,
    admin,
    close: () =>
      (closing ??= (async () => {
        ready = false;
        await serving.close();
        await app.close();
        await admin?.close();
      })()),
  };
}

const refusals: Readonly<Record<string, readonly [member: string, says: string]>> = {
  EADDRINUSE: ['port', 'is taken: end what listens there, or write another port, 0 for any that is free'],
  EACCES: ['port', 'may not be opened by this user: write a port from 1024 on, or give node the right to'],
  EADDRNOTAVAIL: ['host', 'is no address of this machine: write one that is, 127.0.0.1 or 0.0.0.0'],
};

/** What opens a port, and an error in the document's words where the machine does not let it. */
function having<T>(word: 'admin' | 'listen', { document }: App, opening: Promise<T>): Promise<T> {
  return opening.catch((thrown: unknown) => {
    const why = refusals[(thrown as { code?: string }).code ?? ''];
    const { host, port } = document[word];
    throw why === undefined ? thrown : new Error(`${word}.${why[0]}: ${host}:${port} ${why[1]}`, { cause: thrown });
  });
}

/** Closes on SIGTERM and SIGINT; a second signal ends the process at once. */
export function closeOnSignal(
  close: () => Promise<void>,
  done: (code: number) => void = (code) => process.exit(code),
): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) return done(1);
      asked = true;
      close().then(
        () => done(0),
        (thrown: unknown) => {
          process.stderr.write(`${messageOf(thrown)}\n`);
          done(1);
        },
      );
    });
  }
}

/** Takes up a changed document while it runs; a bad one is reported and the old one stays. Returns how to stop. */
export function reloadOnChange(
  running: Running,
  loaded: Loaded,
  report: (says: string, ok: boolean) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const again = (folder: string, name: string | null): void => {
    if (name !== null && !loaded.files.includes(join(folder, name))) return; // logs and state are written beside the document too
    clearTimeout(timer);
    timer = setTimeout(() => {
      loadDocument(loaded.path)
        .then((next) => running.app.reload(next.document, next.plugins))
        .then(
          () => report(`took up version ${running.app.version}`, true),
          (thrown: unknown) => report(messageOf(thrown), false),
        );
    }, 50);
  };
  const watchers = [...new Set(loaded.files.map((file) => dirname(file)))].map((folder) =>
    watch(folder, (_, name) => again(folder, name)),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
