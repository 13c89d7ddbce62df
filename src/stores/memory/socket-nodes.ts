import type { SocketNodes, SocketOrder, SocketReply } from '../../ports/socket-nodes.ts';

interface Party {
  readonly node: string;
  answer: (order: SocketOrder) => SocketReply;
  readonly ids: Set<string>;
}

/** Nodes that are one process: for tests, and for edges that share one. Each `join` is a node. */
export class MemorySocketNodes {
  readonly #parties = new Set<Party>();

  join(node: string): SocketNodes {
    const self: Party = { node, answer: () => ({ status: 'gone' }), ids: new Set() };
    this.#parties.add(self);
    const key = (api: string, id: string): string => `${api}\n${id}`;
    return {
      node,
      serve: (answer) => void (self.answer = answer),
      add: (api, id) => void self.ids.add(key(api, id)),
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
}
