/**
 * Question: how long does a message to a connection of another node take?
 *
 * How long a post to a connection of another node takes, over a Redis server that is started for it:
 *
 *   node scripts/run.mjs bench/websocket-nodes.ts [--posts 2000]
 *
 * From the post to the message in the client's hand. Two nodes in one process, the client in it too; so the figure is what
 * the way over Redis costs, without a network.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';

import { serve } from '../src/node/serve.ts';
import { sallyport } from '../src/pipeline/app.ts';
import { Reach } from '../src/socket/reach.ts';
import { redisSocketNodes } from '../src/stores/redis/socket-nodes.ts';
import { noRedis, startRedis } from '../test/support/redis.ts';

const at = process.argv.indexOf('--posts');
const posts = at < 0 ? 2000 : Number(process.argv[at + 1]);
if (noRedis !== null) throw new Error(noRedis);
const server = await startRedis();
const nodes = (): ReturnType<typeof redisSocketNodes> =>
  redisSocketNodes({ url: server.url, prefix: 'bench:', aliveMs: 15_000, patienceMs: 1000, warn: console.warn });

const [here, there] = [await nodes(), await nodes()];
const app = await sallyport({
  document: {
    listen: { port: 0 },
    admin: { enabled: false },
    store: { use: 'memory' },
    logging: { sinks: [] },
    routes: { 'GET /': { to: { use: 'websocket', with: { api: 'chat', routes: {} } } } },
  },
  ports: { socketNodes: there },
});
const serving = await serve(app);
const ws = new WebSocket(`ws://127.0.0.1:${serving.port}/`, { perMessageDeflate: false });
await once(ws, 'open');
const local = app.sockets.registry('chat');
const [session] = [...local];
const id = session!.id;
const afar = new Reach('chat', new (local.constructor as new () => typeof local)(), here);
const near = new Reach('chat', local, null);

for (const [name, reach] of [
  ['same node', near],
  ['other node', afar],
] as const) {
  const took: number[] = [];
  for (let i = -200; i < posts; i++) {
    const heard = once(ws, 'message');
    const began = performance.now();
    await Promise.all([reach.one({ op: 'post', id, data: 'x'.repeat(64), text: true }), heard]);
    if (i >= 0) took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const p = (share: number): string => (took[Math.floor(took.length * share)] ?? 0).toFixed(3);
  console.log(`${name}  ${posts} posts of 64 B  median ${p(0.5)} ms  p95 ${p(0.95)} ms  p99 ${p(0.99)} ms`);
}
ws.terminate();
await serving.close();
await app.close();
await here.close();
await server.stop();
