import { CacheRoom } from '../cache/room.ts';
import type { Document } from '../config/document.ts';
import type { Ports } from '../ports/ports.ts';
import { openObjects } from '../stores/objects.ts';
import { cachesApis } from './api-caches.ts';
import type { PortOverrides } from './outfit.ts';

/** The cache of the first document; a reload keeps it, so that what is stored stays. */
export async function openRoom(
  document: Document,
  given: PortOverrides,
  ports: Ports,
  folder: string,
): Promise<CacheRoom | null> {
  if (!document.edge && !cachesApis(document)) return null;
  const opened = given.objects
    ? { store: given.objects, bus: given.bus ?? null }
    : await openObjects(document.edge?.objects ?? document.account.objects, {
        clock: ports.clock,
        folder,
        warn: (says) => ports.log('warn', says),
      });
  return new CacheRoom({ ...opened, clock: ports.clock, log: ports.log });
}
