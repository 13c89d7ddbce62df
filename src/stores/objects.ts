import type { Clock } from '../base/clock.ts';
import type { ObjectStoreDocument } from '../config/cache.ts';
import { size } from '../config/parts.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { MemoryObjects } from './memory/objects.ts';

/** Opens the object store that the document names. Relative paths are relative to `folder`. */
export async function openObjects(given: ObjectStoreDocument, clock: Clock): Promise<ObjectStore> {
  return new MemoryObjects({ clock, bytes: size(given.bytes) });
}
