import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Resolver } from '../ports/resolver.ts';

/** The system's resolver; the order is the system's too. */
export const systemResolver: Resolver = {
  async resolve(host) {
    const plain = host.startsWith('[') ? host.slice(1, -1) : host;
    if (isIP(plain)) return [plain];
    const found = await lookup(plain, { all: true, verbatim: true });
    return found.map((entry) => entry.address);
  },
};
