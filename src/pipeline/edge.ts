import type { CacheRoom } from '../cache/room.ts';
import { compilePolicy, type CachePolicy } from '../cache/policy.ts';
import type { Document } from '../config/document.ts';

/** What the edge line is made from; null where the document has no edge. */
export interface EdgeParts {
  readonly paths: readonly string[];
  readonly room: CacheRoom;
  /** By behaviour. */
  readonly cache: readonly (CachePolicy | null)[];
}

export function edgeParts(document: Document, room: CacheRoom | null): EdgeParts | null {
  const { edge } = document;
  if (!edge || !room) return null;
  return {
    paths: edge.behaviours.map(({ path }) => path),
    room,
    cache: edge.behaviours.map(({ cache }) => (cache ? compilePolicy(cache) : null)),
  };
}
