import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const cliMain = fileURLToPath(new URL('../../dist/bin/sallyport.js', import.meta.url));

const started = (args: readonly string[], folder: string, env: Readonly<Record<string, string>>): ChildProcess => {
  if (!existsSync(cliMain))
    throw new Error('dist/bin/sallyport.js is not there: run `npm run build` first (`npm test` does)');
  return spawn(process.execPath, [cliMain, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
};

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export function sallyportCommand(
  folder: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = started(args, folder, options.env ?? {});
    let out = '';
    let err = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
    child.stdin?.on('error', () => {}).end(options.input ?? '');
  });
}

export interface RunningChild {
  readonly url: string;
  readonly adminUrl: string | null;
  readonly out: () => string;
  readonly err: () => string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  close(): Promise<unknown>;
}

/** Runs an edge as a process of its own, and waits until it listens. */
export function startEdge(folder: string, args: readonly string[] = ['start']): Promise<RunningChild> {
  return new Promise((resolve, reject) => {
    const child = started(args, folder, {});
    let out = '';
    let err = '';
    let ready = false;
    const exited = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const url = /listens on (\S+),/.exec(err)?.[1];
      const admin = /operators: (\S+)\/healthz/.exec(err)?.[1] ?? null;
      if (ready || url === undefined || (!admin && !err.includes('ready after'))) return;
      ready = true;
      // The line about the operator port follows in the same breath, where there is one.
      setTimeout(() => {
        resolve({
          url,
          adminUrl: /operators: (\S+)\/healthz/.exec(err)?.[1] ?? null,
          out: () => out,
          err: () => err,
          kill: (signal) => void child.kill(signal),
          exited,
          close: () => {
            if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
            return exited;
          },
        });
      }, 20);
    });
    child.once('close', (code) => {
      if (!ready) reject(new Error(`the edge ended with ${code} before it listened:\n${err}`));
    });
  });
}
