import type { Redis } from 'ioredis';
import { randomText } from '../../base/id.ts';
import { messageOf } from '../../base/fault.ts';
import type { Bus } from '../../ports/bus.ts';

/** Publish and subscribe, on a connection of its own for hearing: a connection that subscribes can do nothing else. */
export function redisBus(redis: Redis, prefix: string, warn: (says: string) => void): Bus {
  const self = randomText(10);
  const ear = redis.duplicate();
  const hearers = new Map<string, Set<(message: string) => void>>();
  ear.on('error', (thrown) => warn(`the bus is disturbed: ${messageOf(thrown)}`));
  ear.on('message', (channel: string, text: string) => {
    const mark = text.indexOf('\n');
    if (text.slice(0, mark) === self) return;
    for (const hear of hearers.get(channel) ?? []) hear(text.slice(mark + 1));
  });
  return {
    publish: async (topic, message) => {
      await redis.publish(`${prefix}bus:${topic}`, `${self}\n${message}`);
    },
    subscribe(topic, hear) {
      const channel = `${prefix}bus:${topic}`;
      const there = hearers.get(channel);
      if (there) there.add(hear);
      else {
        hearers.set(channel, new Set([hear]));
        ear.subscribe(channel).catch((thrown: unknown) => warn(`the bus cannot subscribe: ${messageOf(thrown)}`));
      }
      return () => void hearers.get(channel)?.delete(hear);
    },
    close: async () => ear.disconnect(),
  };
}
