/** A node of its own process, for tests that kill it: told by IPC which connections it has. */
import { redisSocketNodes } from '../../src/stores/redis/socket-nodes.ts';

const [url = '', prefix = '', alive = ''] = process.argv.slice(2);
const node = await redisSocketNodes({ url, prefix, aliveMs: Number(alive), patienceMs: 500, warn: () => {} });
node.serve(() => ({ status: 'done' }));
interface Told {
  readonly api: string;
  readonly ids: readonly string[];
  readonly holder?: string;
}
async function take({ api, ids, holder }: Told): Promise<void> {
  const places = holder === undefined ? [] : [{ holder, most: 1000 }];
  for (const id of ids) await node.add(api, id, places);
  process.send?.('ready');
}
process.on('message', (told: Told) => void take(told));
