import { fork } from 'node:child_process';
import { resolve } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SocketNodes } from '../../src/ports/socket-nodes.ts';
import { MemorySocketNodes } from '../../src/stores/memory/socket-nodes.ts';
import { openRedis } from '../../src/stores/redis/client.ts';
import { redisSocketNodes } from '../../src/stores/redis/socket-nodes.ts';
import { socketNodesContract } from '../../src/testing/contracts/socket-nodes.ts';
import { noRedis, startRedis, type RedisServer } from '../support/redis.ts';

/** Nodes in one process and over a real Redis, put through one contract. */

if (noRedis !== null) console.warn(noRedis);
const ALIVE_MS = 900;
let server: RedisServer;
let prefixes = 0;
let prefix = '';
const open: SocketNodes[] = [];

beforeAll(async () => {
  if (noRedis === null) server = await startRedis();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((node) => node.close()));
});
afterAll(async () => {
  await server?.stop();
});

async function joinRedis(): Promise<SocketNodes> {
  const node = await redisSocketNodes({ url: server.url, prefix, aliveMs: ALIVE_MS, patienceMs: 500, warn: () => {} });
  open.push(node);
  return node;
}

const ask = (node: SocketNodes, id: string): Promise<unknown> =>
  node.ask({ op: 'post', api: 'chat', id, data: 'x', text: true });

/** Another process with a node, which is killed. */
async function mortal(api: string, ids: readonly string[], holder?: string): Promise<{ kill(): Promise<void> }> {
  const run = resolve(import.meta.dirname, '../../scripts/run.mjs');
  const child = fork(run, [
    resolve(import.meta.dirname, '../support/socket-node.ts'),
    server.url,
    prefix,
    String(ALIVE_MS),
  ]);
  child.send({ api, ids, holder });
  await new Promise((ready) => child.once('message', ready));
  return {
    kill: () =>
      new Promise((gone) => {
        child.once('exit', () => gone());
        child.kill('SIGKILL');
      }),
  };
}

describe('nodes in one process', () => {
  it.each(socketNodesContract.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const hub = new MemorySocketNodes();
    await each.run({ join: async (name) => hub.join(name), aliveMs: 0 });
  });
});

describe.skipIf(noRedis !== null)('nodes over Redis', () => {
  it.each(socketNodesContract.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    prefix = `t${++prefixes}:`;
    await each.run({ join: joinRedis, mortal, aliveMs: ALIVE_MS });
  });

  it('clears up after a dead node: nothing of it stays in the server', async () => {
    prefix = 'left:';
    const a = await joinRedis();
    const { kill } = await mortal('chat', ['one', 'two'], 'a 192.0.2.1');
    expect(await ask(a, 'one')).toEqual({ status: 'done' });
    const places = [{ holder: 'a 192.0.2.1', most: 2 }];
    expect(await a.add('chat', 'three', places)).toBe('a 192.0.2.1');
    await kill();
    const redis = await openRedis({ url: server.url, timeoutMs: 500 }, () => {});
    const kept = async (): Promise<number> => (await redis.keys('left:ws:[cho]:*')).length;
    for (let tries = 0; (await kept()) > 0 && tries < 100; tries++)
      await new Promise((next) => void setTimeout(next, 50));
    expect(await kept()).toBe(0);
    expect(await a.add('chat', 'three', places)).toBeNull();
    redis.disconnect();
  });

  it('says everything again when the server has lost it, and breaks nothing while it is away', async () => {
    prefix = 'again:';
    const warned: string[] = [];
    const given = {
      url: server.url,
      prefix,
      aliveMs: ALIVE_MS,
      patienceMs: 300,
      warn: (says: string) => void warned.push(says),
    };
    const [a, b] = [await redisSocketNodes(given), await redisSocketNodes(given)];
    open.push(a, b);
    b.serve(() => ({ status: 'done' }));
    await b.add('chat', 'one');
    server.signal('SIGKILL');
    await server.restart();
    await b.add('chat', 'two');
    for (let tries = 0; tries < 100; tries++) {
      const found = await Promise.all(['one', 'two'].map((id) => ask(a, id).catch(() => null)));
      if (found.every((reply) => reply !== null)) break;
      await new Promise((next) => void setTimeout(next, 50));
    }
    expect(await ask(a, 'one')).toEqual({ status: 'done' });
    expect(await ask(a, 'two')).toEqual({ status: 'done' });
    expect(warned.length).toBeGreaterThan(0);
  });
});
