/** A node of its own process, for tests that kill it: told by IPC which connections it has. */
import { redisSocketNodes } from '../../src/stores/redis/socket-nodes.ts';

const [url = '', prefix = '', alive = ''] = process.argv.slice(2);
const node = await redisSocketNodes({ url, prefix, aliveMs: Number(alive), patienceMs: 500, warn: () => {} });
node.serve(() => ({ status: 'done' }));
async function take(told: { readonly api: string; readonly ids: readonly string[] }): Promise<void> {
  for (const id of told.ids) await node.add(told.api, id);
  process.send?.('ready');
}
process.on('message', (told: Parameters<typeof take>[0]) => void take(told));
