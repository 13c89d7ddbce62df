import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

import { session } from './ws-session.ts';

/** A person at the keyboard: lines typed into a session with a real server. */

let server: WebSocketServer;
let folder: string;
let last: Promise<readonly [number, string]>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-session-'));
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (ws) => {
    last = new Promise((done) => void ws.once('close', (code, reason) => done([code, reason.toString()])));
    ws.on('message', (data) => ws.send(`heard ${(data as Buffer).toString()}`));
  });
  await new Promise<void>((done) => void server.once('listening', done));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function typed(lines: readonly string[]): Promise<{ code: number; said: string[]; closed: readonly unknown[] }> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.write(lines.map((line) => `${line}\n`).join(''));
  const said: string[] = [];
  const io = { out: (line: string) => void said.push(line), err: () => undefined, isTty: true };
  const code = await session(
    {
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      headers: [],
      protocols: [],
      timeoutMs: 5000,
      verify: true,
      json: false,
      waitMs: 100,
      history: join(folder, 'history'),
    },
    input,
    io,
    new PassThrough().resume(),
  );
  return { code, said, closed: await last };
}

describe('/close', () => {
  it('says a code and a reason', async () => {
    const { code, said, closed } = await typed(['/close 4001 tired of this']);
    expect([code, closed, said.at(-1)?.slice(0, 11)]).toEqual([0, [4001, 'tired of this'], 'closed 4001']);
    expect((await typed(['/close'])).closed).toEqual([1000, '']);
  });

  it('refuses codes that no client may say, and reasons that fit into no frame', async () => {
    for (const odd of ['999', '1001', '1005', '2999', '5000', '4e3', '0x3e8', 'now', '-1000', '01000']) {
      const { said, closed } = await typed([`/close ${odd}`, '/close 3000']);
      expect(said).toContainEqual(expect.stringContaining(`not "${odd}"; write for example: /close 4000 done`));
      expect(closed).toEqual([3000, '']);
    }
    const { said, closed } = await typed([`/close 4000 ${'é'.repeat(62)}`, '/quit']);
    expect(said).toContainEqual('a reason has at most 123 bytes, this one has 124');
    expect(closed).toEqual([1000, '']);
  });
});

it('keeps what was typed for the next time, and sends what begins with two slashes', async () => {
  const { said } = await typed(['//close', 'hello', '/quit']);
  expect(said[0]).toBe('open');
  expect(readFileSync(join(folder, 'history'), 'utf8')).toContain('//close\nhello\n/quit\n');
});
