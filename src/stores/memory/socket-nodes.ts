import type { SocketNodes, SocketOrder, SocketReply } from '../../ports/socket-nodes.ts';

interface Party {
  readonly node: string;
  answer: (order: SocketOrder) => SocketReply;
  /** By connection: the holders of its places. */
  readonly ids: Map<string, readonly string[]>;
}

/** Nodes that are one process: for tests, and for edges that share one. Each `join` is a node. */
export class MemorySocketNodes {
  readonly #parties = new Set<Party>();

  join(node: string): SocketNodes {
    const self: Party = { node, answer: () => ({ status: 'gone' }), ids: new Map() };
    this.#parties.add(self);
    const key = (api: string, id: string): string => `${api}\n${id}`;
    return {
      node,
      serve: (answer) => void (self.answer = answer),
      add: (api, id, places = []) => {
        const full = places.find((place) => this.#held(key(api, place.holder)) >= place.most);
        if (full !== undefined) return full.holder;
        self.ids.set(
          key(api, id),
          places.map((place) => key(api, place.holder)),
        );
        return null;
      },
      remove: (api, id) => void self.ids.delete(key(api, id)),
      ask: async (order) => {
        for (const party of this.#parties) {
          if (party !== self && party.ids.has(key(order.api, order.id))) return party.answer(order);
        }
        return null;
      },
      askAll: async (order) => [...this.#parties].filter((party) => party !== self).map((party) => party.answer(order)),
      close: async () => void this.#parties.delete(self),
    };
  }

  #held(holder: string): number {
    let held = 0;
    for (const { ids } of this.#parties) for (const holders of ids.values()) if (holders.includes(holder)) held++;
    return held;
  }
}
