/**
 * Question: what do a WebSocket message and an idle connection cost, against `ws`?
 *
 * CPU per WebSocket message and memory per idle connection, against `ws`, on one machine in one run:
 *
 *   node scripts/run.mjs bench/websocket.ts [--rounds 5] [--messages 40000] [--idle 10000] [--only echo|waf|pass|memory]
 *
 * Rounds are interleaved, figures are medians, and what counts are the ratios.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';

import { drive, open } from './websocket-load.ts';
import { crs, play } from './websocket-servers.ts';

const CONNECTIONS = 100;
const run = resolve(import.meta.dirname, '../scripts/run.mjs');
const self = resolve(import.meta.dirname, 'websocket.ts');

function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

function start(role: string, origin: number): Promise<Running> {
  const child = fork(run, [self, '--serve', role, '--origin', String(origin)], { execArgv: ['--expose-gc'] });
  return new Promise((done, failed) => {
    child.once('message', (said: { port: number }) => done({ child, port: said.port }));
    child.once('exit', (code) => failed(new Error(`${role} ended with ${code}`)));
  });
}

function ask(child: ChildProcess, what: 'cpu' | 'rss'): Promise<number> {
  return new Promise((done) => {
    child.once('message', (said: { cpu?: number; rss?: number }) => done(said.cpu ?? said.rss ?? 0));
    child.send(what);
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

async function messages(
  roles: readonly string[],
  origin: number,
  { rounds, total }: { readonly rounds: number; readonly total: number },
  fresh = false,
): Promise<void> {
  const running = new Map<string, Running & { sockets: Socket[] }>();
  for (const role of roles) {
    const it = await start(role, origin);
    const sockets: Socket[] = [];
    for (let i = 0; i < CONNECTIONS; i++) sockets.push(await open(it.port));
    running.set(role, { ...it, sockets });
  }
  for (const size of [64, 1024]) {
    for (const inFlight of [1, 16]) {
      const found = new Map<string, number[]>(roles.map((role) => [role, []]));
      for (let round = -1; round < rounds; round++) {
        for (const role of roles) {
          const { child, sockets } = running.get(role)!;
          const before = await ask(child, 'cpu');
          await drive(sockets, size, inFlight, total, fresh);
          const spent = (await ask(child, 'cpu')) - before;
          // The round before the first warms up.
          if (round >= 0) found.get(role)!.push(spent / total);
        }
      }
      const base = median(found.get(roles[0]!)!);
      for (const role of roles) {
        const each = found.get(role)!;
        const mid = median(each);
        const range = `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`;
        const line = [
          `${size} B`,
          `${inFlight} in flight`,
          ...(fresh ? ['each another'] : []),
          role,
          `${mid.toFixed(2)} us`,
          `(${range})`,
        ];
        console.log(`${line.join('  ')}  ${(base / mid).toFixed(2)}x of ${roles[0]}`);
      }
    }
  }
  for (const { child } of running.values()) child.kill();
}

/** A fresh loopback address for every 5,000 connections: ports that were just used stay taken for a while. */
let address = 1;
let opened = 0;

async function memory(role: string, origin: number, idle: number, sides: number): Promise<void> {
  const { child, port } = await start(role, origin);
  // The heap grows to its working size with the first handshakes, whatever stays of them: that is not what is asked.
  const passing: Socket[] = [];
  for (let at = 0; at < 1000; at += 50)
    passing.push(...(await Promise.all(Array.from({ length: 50 }, () => open(port, '127.0.0.1', '127.0.1.250')))));
  for (const socket of passing) socket.destroy();
  const warm = await open(port);
  await pause(500);
  const before = await ask(child, 'rss');
  const sockets: Socket[] = [warm];
  for (let at = 0; at < idle; at += 100) {
    if (opened++ % 50 === 0) address++;
    const local = `127.0.0.${address}`;
    sockets.push(
      ...(await Promise.all(Array.from({ length: Math.min(100, idle - at) }, () => open(port, '127.0.0.1', local)))),
    );
  }
  await pause(1500);
  const grown = (await ask(child, 'rss')) - before;
  console.log(`idle  ${idle} connections  ${role}  ${(grown / idle / sides / 1024).toFixed(2)} kB per side`);
  for (const socket of sockets) socket.destroy();
  child.kill();
}

async function main(): Promise<void> {
  const idle = Number(option('idle', '10000'));
  const only = option('only', 'all');
  const origin = await start('our echo', 0);
  const often = { rounds: Number(option('rounds', '5')), total: Number(option('messages', '40000')) };
  if (only === 'all' || only === 'echo')
    await messages(['ws echo', 'our echo', 'our gateway echo', 'our gateway echo, a rule'], 0, often);
  if (only === 'waf' && !existsSync(crs)) console.log(`the rule set is not at ${crs}`);
  else if (only === 'all' || only === 'waf') {
    // A text that passed is known when it comes again, so the honest figure is that of messages none of which came before.
    for (const fresh of [true, false]) await messages(['ws echo', 'our gateway echo, rule set'], 0, often, fresh);
  }
  if (only === 'all' || only === 'pass') {
    const roles = ['ws proxy', 'our pass, inspected', 'our pass, frames only', 'bare splice'];
    await messages(roles, origin.port, often);
  }
  if (only === 'all' || only === 'memory') {
    for (const role of ['ws echo', 'our echo', 'our gateway echo']) await memory(role, 0, idle, 1);
    for (const role of ['ws proxy', 'our pass, inspected']) await memory(role, origin.port, Math.min(idle, 9950), 2); // two sockets each in one process, within 20,000 files
  }
  origin.child.kill();
}

if (process.argv.includes('--serve')) play(option('serve', ''), Number(option('origin', '0')));
else await main();
