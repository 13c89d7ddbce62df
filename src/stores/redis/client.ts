import type { Redis } from 'ioredis';
import { Fault, messageOf } from '../../base/fault.ts';

export interface RedisOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` with TLS. */
  readonly url: string;
  /** Milliseconds until a command that was sent counts as failed. */
  readonly timeoutMs: number;
}

/** Connects, and rejects when there is nobody. A command is never queued while the server is away: it fails at once. */
export async function openRedis(options: RedisOptions, warn: (says: string) => void): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(options.url, {
    lazyConnect: true,
    commandTimeout: options.timeoutMs,
    connectTimeout: Math.max(options.timeoutMs, 1000),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 5), 1000),
  });
  let down = false;
  redis.on('error', (thrown) => {
    if (!down) warn(`the store at ${placeOf(options.url)} does not answer: ${messageOf(thrown)}`);
    down = true;
  });
  redis.on('ready', () => {
    if (down) warn(`the store at ${placeOf(options.url)} answers again`);
    down = false;
  });
  try {
    await redis.connect();
  } catch (thrown) {
    redis.disconnect();
    throw new Fault('store.redis.open', 'store', `cannot reach ${placeOf(options.url)}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  await refuseCluster(redis, options.url);
  return redis;
}

/** A cluster spreads keys over servers, and some of what stands together here has to stand on one. Says so before anything is written. */
export async function refuseCluster(redis: Redis, url: string): Promise<void> {
  const info = await redis.info('cluster').catch(() => ''); // a server that will not tell is taken as it is
  if (!/^cluster_enabled:1/m.test(info)) return;
  redis.disconnect();
  throw new Fault(
    'store.redis.cluster',
    'config',
    `${placeOf(url)} is a node of a cluster, which is not supported; name a single server, with replicas and a failover address if need be`,
  );
}

/** Host and port alone: a URL may hold a password. */
function placeOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'the store';
  }
}

/** What a failed command is to whoever asked. */
export const redisFault = (thrown: unknown): Fault =>
  new Fault('store.redis', 'store', messageOf(thrown), { cause: thrown, retry: true });

/** Is what was acknowledged on the disk? Null when it is, or when the server will not tell. */
export async function durabilityProblem(redis: Redis): Promise<string | null> {
  try {
    const settings = new Map<string, string>();
    for (const name of ['appendonly', 'appendfsync'] as const) {
      const answer = (await redis.config('GET', name)) as string[] | Record<string, string>;
      const value = Array.isArray(answer) ? answer[1] : answer[name];
      if (value !== undefined) settings.set(name, value);
    }
    if (settings.get('appendonly') === 'no')
      return 'it keeps no append-only file: keys and plans that were acknowledged are lost when it is killed (appendonly yes)';
    if (settings.get('appendfsync') === 'no') return 'it leaves writing to the system (appendfsync everysec or always)';
    return null;
  } catch {
    return null;
  }
}
