import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sallyportCommand, startEdge, type RunningChild } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

let folder: ReturnType<typeof temporaryFolder>;
const children: RunningChild[] = [];

const document = {
  listen: { port: 0, shutdown: '1s' },
  admin: { enabled: false },
  answers: { codeHeader: true },
  keys: { rememberFor: '50ms' },
  store: { use: 'sqlite', with: { path: 'state/edge.db' } },
  routes: {
    'GET /open': { to: { use: 'mock', with: { status: 200, body: 'open' } } },
    'GET /closed': { to: { use: 'mock', with: { status: 200, body: 'closed' } }, key: 'required' },
    'GET /counted': {
      to: { use: 'mock', with: { status: 200, body: 'counted' } },
      throttle: { rate: 0.001, burst: 6 },
    },
  },
};

beforeEach(() => {
  folder = temporaryFolder({ 'sallyport.config.json': JSON.stringify(document) });
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.close();
  folder.remove();
});

const start = async (): Promise<RunningChild> => {
  const child = await startEdge(folder.path);
  children.push(child);
  return child;
};
const keys = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await sallyportCommand(folder.path, ['keys', ...args]);
  expect([code, err.includes('Error')]).toEqual([0, false]);
  return out.trim();
};
const ask = async (child: RunningChild, path: string, key?: string): Promise<string> => {
  const response = await fetch(child.url + path, key === undefined ? {} : { headers: { 'x-api-key': key } });
  await response.arrayBuffer();
  return `${response.status} ${response.headers.get('x-sallyport-code') ?? ''}`.trim();
};

describe('keys made beside a running edge', () => {
  it('open the door, are listed without their secret, and are ended', async () => {
    const child = await start();
    expect(await ask(child, '/open')).toBe('200');
    expect(await ask(child, '/closed')).toBe('403 gateway.key.missing');
    const { id, key } = JSON.parse(await keys('create', 'acme', '--json')) as { id: string; key: string };
    expect(key).toMatch(/^sp_[0-9a-z]{32}$/);
    expect(await ask(child, '/closed', key)).toBe('200');
    expect(await ask(child, '/closed', `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)).toBe(
      '403 gateway.key.unknown',
    );
    expect(await ask(child, '/closed', key.toUpperCase())).toBe('403 gateway.key.unknown');
    const list = await keys('list');
    expect(list).toContain('acme');
    expect(list).toContain(id);
    expect(list).not.toContain(key);
    expect(await keys('revoke', id)).toContain('revoked');
    await until('the running edge knows', async () => (await ask(child, '/closed', key)) === '403 gateway.key.unknown');
    expect((await sallyportCommand(folder.path, ['keys', 'revoke', 'k_nothing'])).code).toBe(1);
  });

  it('end by themselves when they expire', async () => {
    const child = await start();
    const key = await keys('create', 'short', '--expires', '1s');
    expect(await ask(child, '/closed', key)).toBe('200');
    await until('it has expired', async () => (await ask(child, '/closed', key)) === '403 gateway.key.expired');
    expect((await sallyportCommand(folder.path, ['keys', 'create', 'x', '--expires', 'soon'])).code).toBe(2);
  });
});

describe('kill -9', () => {
  it('loses no key, and of what was counted at most the last moment', async () => {
    const first = await start();
    const key = await keys('create', 'acme');
    expect(await ask(first, '/closed', key)).toBe('200');
    for (let at = 0; at < 4; at++) expect(await ask(first, '/counted')).toBe('200');
    await new Promise((resolve) => setTimeout(resolve, 250)); // more than the 100 ms between two writes
    first.kill('SIGKILL');
    await first.exited;
    const second = await start();
    expect(await ask(second, '/closed', key)).toBe('200');
    // Six at once and one in a thousand seconds: two are left.
    expect([await ask(second, '/counted'), await ask(second, '/counted'), await ask(second, '/counted')]).toEqual([
      '200',
      '200',
      '429 gateway.throttle.route',
    ]);
  });

  it('a shutdown in good order loses nothing at all', async () => {
    const first = await start();
    for (let at = 0; at < 6; at++) expect(await ask(first, '/counted')).toBe('200');
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(await ask(await start(), '/counted')).toBe('429 gateway.throttle.route');
  });
});

describe('several processes and one new file', () => {
  it('all three get in, and none loses what it wrote', async () => {
    const made = await Promise.all(['one', 'two', 'three'].map((name) => keys('create', name)));
    expect(new Set(made).size).toBe(3);
    const list = await keys('list');
    for (const name of ['one', 'two', 'three']) expect(list).toContain(name);
  });
});
