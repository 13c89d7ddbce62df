import type { Bus } from '../../ports/bus.ts';

/** Processes that are one: for tests, and for lines that share a process. Each `join` is one party of the conversation. */
export class MemoryBus {
  readonly #parties = new Set<Map<string, Set<(message: string) => void>>>();

  join(): Bus {
    const topics = new Map<string, Set<(message: string) => void>>();
    this.#parties.add(topics);
    return {
      publish: (topic, message) => {
        for (const party of this.#parties) {
          if (party !== topics) for (const hear of party.get(topic) ?? []) hear(message);
        }
      },
      subscribe: (topic, hear) => {
        const there = topics.get(topic);
        if (there) there.add(hear);
        else topics.set(topic, new Set([hear]));
        return () => void topics.get(topic)?.delete(hear);
      },
      close: async () => void this.#parties.delete(topics),
    };
  }
}
