/**
 * Question: what does a compressed message cost, against `ws`?
 *
 * CPU of an echo server per compressed message, one in flight, against `ws`, the smallest of interleaved rounds:
 *
 *   npm run bench -- websocket-compressed [--rounds 6]
 *
 * Windows of 15 bits, every message compressed, as in Autobahn's groups 12 and 13; `ws` with context takeover both ways, as
 * it comes, Sallyport with it and without.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';

import { nodeDeflater } from '../src/node/websocket/deflater.ts';
import { Endpoint } from '../src/node/websocket/endpoint.ts';
import { upgradeHandler } from '../src/node/websocket/upgrade.ts';

const LARGEST = 1_000_000;

function serveOurs(takeover: boolean): ReturnType<typeof createServer> {
  const endpoint = new Endpoint<null>({
    now: Date.now,
    limits: { maxMessage: LARGEST, maxFrame: LARGEST, compressFrom: 0 },
    listener: {
      message: (c, bytes, start, end, text, ascii) =>
        void c.send(text ? c.textOf(bytes, start, end, ascii) : bytes.slice(start, end)),
      closed: () => undefined,
    },
  });
  const choice = { sendTakeover: takeover, receiveTakeover: takeover, maxReceiveBits: 15, maxSendBits: 15 };
  const compression = { choice, deflater: nodeDeflater() };
  return createServer().on(
    'upgrade',
    upgradeHandler({ endpoint, compression, decide: () => ({ accept: true, owner: null }) }),
  );
}

function serveWs(): ReturnType<typeof createServer> {
  const wss = new WebSocketServer({ noServer: true, maxPayload: LARGEST, perMessageDeflate: { threshold: 0 } });
  return createServer().on('upgrade', (request, socket, head) =>
    wss.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data, binary) => ws.send(data, { binary }))),
  );
}

function play(role: string): void {
  const server = role === 'ws' ? serveWs() : serveOurs(role === 'ours');
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
  process.on('disconnect', () => process.exit());
}

const told = (child: ChildProcess): Promise<number> => new Promise((done) => void child.once('message', done));

/** JSON that no window knows by heart. */
function textOf(size: number): string {
  let text = '';
  for (let i = 7; text.length < size; i = (i * 1_103_515_245 + 12_345) & 0x7fff_ffff)
    text += `{"k${i % 97}":"v${i}","tide":${i % 13}},`;
  return text.slice(0, size);
}

/** Microseconds per message. */
async function round(child: ChildProcess, port: number, text: string, count: number): Promise<number> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: { threshold: 0 } });
  await new Promise((done) => void ws.once('open', done));
  if (!ws.extensions.includes('permessage-deflate')) throw new Error('compression was not agreed on');
  const cpu = (): Promise<number> => {
    child.send('cpu');
    return told(child);
  };
  const before = await cpu();
  await new Promise<void>((done) => {
    let back = 0;
    ws.on('message', () => (++back === count ? done() : ws.send(text)));
    ws.send(text);
  });
  const spent = (await cpu()) - before;
  ws.terminate();
  return spent / count;
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] ?? 6) || 6;
  const run = resolve(import.meta.dirname, '../scripts/run.mjs');
  const self = resolve(import.meta.dirname, 'websocket-compressed.ts');
  const servers = ['ws', 'ours', 'ours without takeover'].map((role) => ({
    role,
    child: fork(run, [self, '--serve', role]),
    port: 0,
  }));
  for (const server of servers) server.port = await told(server.child);
  for (const size of [16, 64, 256, 1024, 4096, 16_384, 131_072]) {
    const best = new Map<string, number>();
    const count = size > 20_000 ? 100 : 1000;
    for (let i = -1; i < rounds; i++) {
      for (const { role, child, port } of servers) {
        const each = await round(child, port, textOf(size), count);
        // The round before the first warms up.
        if (i >= 0) best.set(role, Math.min(best.get(role) ?? Infinity, each));
      }
    }
    const line = [...best].map(([name, us]) => `${name} ${us.toFixed(1)} us (${(best.get('ws')! / us).toFixed(2)}x)`);
    console.log(`${size} B  ${line.join('  ')}`);
  }
  for (const { child } of servers) child.kill();
}

const role = process.argv.indexOf('--serve');
if (role > 0) play(process.argv[role + 1]!);
else await main();
