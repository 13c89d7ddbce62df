import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The example of a serverless.yml under serverless-offline, started by osls: a client that we did not write. */
const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/serverless-offline');
const service = join(cache, 'service');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let log = '';
let port = 0;
let stop = async (): Promise<void> => {};

beforeAll(async () => {
  if (!existsSync(join(cache, 'node_modules/osls'))) {
    mkdirSync(cache, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      cpSync(join(root, 'bench/serverless-offline', file), join(cache, file));
    execFileSync('npm', ['ci', '--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: cache,
      stdio: 'ignore',
    });
  }
  const link = join(cache, 'node_modules/sallyport');
  rmSync(link, { force: true });
  symlinkSync(root, link);
  rmSync(service, { recursive: true, force: true });
  cpSync(join(root, 'examples/aws-serverless-framework'), service, { recursive: true });
  port = await freePort();
  const child = spawn(process.execPath, [join(cache, 'node_modules/osls/bin/serverless.js'), 'offline'], {
    cwd: service,
    env: {
      PATH: process.env['PATH'],
      HOME: cache,
      PORT: String(port),
      LAMBDA_PORT: String(await freePort()),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
  };
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not start:\n${log}`)), 100_000);
    const look = (): void => {
      if (!log.includes('Server ready')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', () => reject(new Error(`it ended:\n${log}`)));
  });
}, 400_000);
afterAll(() => stop());

describe('the authorizer from a serverless.yml', () => {
  const ask = (path: string, agent = 'curl/8'): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'user-agent': agent } });

  it('lets a good request through to the function', async () => {
    const answer = await ask('/orders/7');
    expect([answer.status, await answer.json()], log).toEqual([200, { order: '7' }]);
  });
  it.each([
    ['a scanner', '/orders/7', 'sqlmap/1.8'],
    ['the rule of a path', '/orders/01', 'curl/8'],
  ])('refuses %s, and the log says why', async (_, path, agent) => {
    const before = log.length;
    expect((await ask(path, agent)).status).toBe(403);
    await expect.poll(() => log.slice(before), { timeout: 5000 }).toContain('rules.denied');
  });
});
