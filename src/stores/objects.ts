import { isAbsolute, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/fault.ts';
import type { ObjectStoreDocument } from '../config/cache.ts';
import { size } from '../config/words.ts';
import type { Bus } from '../ports/bus.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { DiskObjects } from './disk/objects.ts';
import { MemoryObjects } from './memory/objects.ts';

export interface OpenedObjects {
  readonly store: ObjectStore;
  /** Where purges are told to other processes; null when nobody else listens. */
  readonly bus: Bus | null;
}

export interface OpenContext {
  readonly clock: Clock;
  /** Relative paths are relative to this. */
  readonly folder: string;
  warn(says: string): void;
}

/** Opens the object store that the document names. The Redis client is loaded only where it is used. */
export async function openObjects(given: ObjectStoreDocument, context: OpenContext): Promise<OpenedObjects> {
  const { clock, folder, warn } = context;
  if (given.use === 'memory')
    return { store: new MemoryObjects({ clock, bytes: size(given.bytes) }), bus: await busOf(given, warn) };
  if (given.use === 'disk') {
    const path = given.path ?? '.sallyport/objects';
    const at = isAbsolute(path) ? path : join(folder, path);
    return {
      store: await DiskObjects.open({ clock, folder: at, bytes: size(given.bytes), warn }),
      bus: await busOf(given, warn),
    };
  }
  const { Redis } = await import('ioredis');
  const { RedisObjects } = await import('./redis/objects.ts');
  const { refuseCluster } = await import('./redis/client.ts');
  const redis = new Redis(given.url ?? 'redis://127.0.0.1:6379', {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  redis.on('error', (thrown) => warn(`the object store is disturbed: ${messageOf(thrown)}`));
  await redis.connect();
  await refuseCluster(redis, given.url ?? 'redis://127.0.0.1:6379');
  return { store: new RedisObjects({ redis, clock, prefix: given.prefix }), bus: await busOf(given, warn) };
}

/** A `url` beside a local store is where its purges are told. */
async function busOf(given: ObjectStoreDocument, warn: (says: string) => void): Promise<Bus | null> {
  if (given.url === undefined) return null;
  const { Redis } = await import('ioredis');
  const { redisBus } = await import('./redis/bus.ts');
  const redis = new Redis(given.url, { maxRetriesPerRequest: 1 });
  redis.on('error', (thrown) => warn(`the bus is disturbed: ${messageOf(thrown)}`));
  const bus = redisBus(redis, given.prefix, warn);
  return {
    ...bus,
    close: async () => {
      await bus.close();
      redis.disconnect();
    },
  };
}
