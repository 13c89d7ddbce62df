import type { CacheRoom } from '../cache/room.ts';
import type { Document } from '../config/document.ts';
import type { Forwarder } from '../integration/forward.ts';
import type { Ports } from '../ports/ports.ts';
import type { Functions } from './functions.ts';
import type { Registry } from './registry.ts';

/** What the edge of a document is assembled from. */
export interface EdgeOptions {
  readonly document: Document;
  readonly room: CacheRoom | null;
  readonly ports: Ports;
  readonly functions: Functions;
  readonly forwarders: ReadonlyMap<string, Forwarder>;
  readonly registry: Registry;
  readonly folder: string;
}
