import type { Document } from '../config/document.ts';
import { ms } from '../config/words.ts';
import type { Ports } from '../ports/ports.ts';
import type { SocketNodes } from '../ports/socket-nodes.ts';

/** The other nodes; a reload keeps them. The Redis client is loaded only where it is used. */
export async function openNodes(
  document: Document,
  given: SocketNodes | null,
  ports: Ports,
): Promise<SocketNodes | null> {
  if (given) return given;
  if (document.sockets === undefined) return null;
  const { url, prefix, alive, patience } = document.sockets;
  const { redisSocketNodes } = await import('../stores/redis/socket-nodes.ts');
  const warn = (says: string): void => ports.log('warn', says);
  return redisSocketNodes({ url, prefix, aliveMs: ms(alive), patienceMs: ms(patience), warn });
}
