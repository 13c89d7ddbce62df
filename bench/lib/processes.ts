import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Servers under measurement run in processes of their own, so that their CPU time is theirs alone. */
export interface Measured {
  readonly child: ChildProcess;
  readonly port: number;
  /** CPU milliseconds used so far, user and system. */
  cpuMs(): number;
  /** Resident bytes now. */
  rss(): number;
  stop(): Promise<void>;
}

/** Starts a process and waits for a line of JSON with its port. */
export async function start(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Measured> {
  const child = spawn(process.execPath, [...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  const port = await new Promise<number>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /"port":(\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code} before it listened`)));
  });
  const pid = child.pid as number;
  return {
    child,
    port,
    cpuMs() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10; // clock ticks of 10 ms
    },
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

export interface Load {
  readonly requests: number;
  readonly failed: number;
  readonly perSecond: number;
}

/** Keep-alive load by wrk (Debian's package) for so many seconds. */
export function load(
  url: string,
  seconds: number,
  options: { readonly connections?: number; readonly headers?: readonly string[] } = {},
): Load {
  const headers = (options.headers ?? []).flatMap((header) => ['-H', header]);
  const { stdout, status, error } = spawnSync(
    'wrk',
    ['-t1', `-c${options.connections ?? 32}`, `-d${seconds}s`, ...headers, url],
    { encoding: 'utf8' },
  );
  if (error) throw new Error('wrk is not installed: apt-get install wrk');
  if (status !== 0) throw new Error(`wrk failed: ${stdout}`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0);
  const failed = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  return { requests, failed, perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0) };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
