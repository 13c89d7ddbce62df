import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { client } from '../conformance/websocket/api-stage.ts';
import { sallyportCommand, startEdge, type RunningChild } from '../support/cli.ts';

/** `sallyport ws …` as a process, against an edge that is another. */

const KEY = 'the-key-of-ann-0123456789';
const TOKEN = 'a-token-of-the-operator';
let folder: string;
let edge: RunningChild;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-ws-'));
  const document = {
    listen: { port: 0, shutdown: '1s' },
    admin: { port: 0 },
    store: { use: 'memory' },
    logging: { sinks: [], remember: 20 },
    apiKeys: { ann: { value: KEY } },
    plans: { all: { stages: [{ api: 'keyed' }], keys: ['ann'] } },
    routes: {
      'GET /prod': {
        to: {
          use: 'websocket',
          with: {
            api: 'chat',
            routes: {
              $connect: { to: { mock: { protocol: 'chat.v1' } } },
              $default: { to: { mock: { says: 'heard $request.body' } }, replies: true },
            },
            limits: { message: '100b' },
          },
        },
      },
      'GET /keyed': {
        to: {
          use: 'websocket',
          with: {
            api: 'keyed',
            key: 'required',
            routes: { $default: { to: { mock: { says: 'in' } }, replies: true } },
          },
        },
      },
      'ANY /prod/@connections': { to: { use: 'websocket-connections', with: { api: 'chat', tokens: [TOKEN] } } },
      'ANY /prod/@connections/{id}': { to: { use: 'websocket-connections', with: { api: 'chat', tokens: [TOKEN] } } },
      'ANY /prod/@groups/{rest+}': { to: { use: 'websocket-connections', with: { api: 'chat', tokens: [TOKEN] } } },
    },
  };
  writeFileSync(join(folder, 'sallyport.config.json'), JSON.stringify(document));
  edge = await startEdge(folder);
  url = `${edge.url}/prod`;
});
afterAll(async () => {
  await edge.close();
  rmSync(folder, { recursive: true });
});

const ws = (args: readonly string[], input = '') =>
  sallyportCommand(folder, ['ws', ...args], { input, env: { SALLYPORT_WS_TOKEN: TOKEN } });

describe('sallyport ws connect', () => {
  it('sends the lines of its input, prints what comes and the close code', async () => {
    const { code, out } = await ws(['connect', url.replace('http', 'ws'), '-s', 'chat.v1'], 'one\n/two\n');
    expect(out.split('\n')).toEqual(['open (chat.v1)', '< heard one', '< heard /two', 'closed 1000 (by us)', '']);
    expect(code).toBe(0);
  });

  it('prints events as JSON, and fails when the other side ended it for a reason', async () => {
    const { code, out } = await ws(['connect', url, '-s', 'chat.v1', '--json'], `fine\n${'x'.repeat(101)}\n`);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toEqual([
      { event: 'open', protocol: 'chat.v1' },
      { event: 'message', text: 'heard fine' },
      { event: 'closed', code: 1009, reason: expect.any(String) as string, by: 'peer' },
    ]);
    expect(code).toBe(1);
  });

  it('sends a key and fields; a refusal names its trace', async () => {
    const keyed = `${edge.url}/keyed`;
    const refused = await ws(['connect', keyed], '');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toMatch(/refused: 403 .*Forbidden.*\nsallyport explain [0-9A-Z]{26}/);
    const taken = await ws(['connect', keyed, '--key', KEY, '-H', 'X-Why: test'], 'hi\n');
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.out).toContain('< in');
  });

  it('says what is wrong with the question, and that nobody is there', async () => {
    expect(await ws(['connect', 'chat.example'])).toMatchObject({ code: 2 });
    const odd = await ws(['connect', url, '--timeout', '5s']);
    expect(odd).toMatchObject({ code: 2, err: expect.stringContaining('--timeout 5000') as string });
    const { code, err } = await ws(['connect', 'ws://127.0.0.1:1/x']);
    expect(code).toBe(1);
    expect(err).toContain('cannot reach 127.0.0.1:1');
    expect((await ws(['connect', url, '-H', 'nonsense'])).err).toContain('Name: value');
    expect((await ws(['connect', `${edge.url}/nowhere`])).err).toMatch(/refused: 40[34]/);
  });
});

describe('sallyport ws list, post and kick', () => {
  it('sees, tells and ends connections', async () => {
    const { ws: socket, next, ended } = await client(url.replace('http', 'ws'), {}, ['chat.v1']);
    let listed: { connectionId: string }[] = [];
    while (listed.length !== 1) listed = JSON.parse((await ws(['list', url, '--json'])).out) as typeof listed;
    const { connectionId: id } = listed[0]!;
    expect((await ws(['list', url])).out).toContain(id);
    expect(await ws(['post', url, id, 'hello'])).toMatchObject({ code: 0, out: 'delivered\n' });
    expect(await next()).toBe('hello');
    expect((await ws(['post', url, '*', 'all'])).out).toBe('delivered to 1\n');
    expect(await next()).toBe('all');
    expect((await ws(['post', url, '*', 'few', '--group', 'nobody'])).out).toBe('delivered to 0\n');
    expect(await ws(['kick', url, id])).toMatchObject({ code: 0, out: 'ended\n' });
    expect(await ended).toEqual([1000, 'Connection Closed Normally']);
    socket.terminate();
    expect((await ws(['kick', url, id])).err).toContain('no such connection');
    expect((await ws(['list', url, '--token', 'wrong'])).err).toContain('--token');
  });
});
