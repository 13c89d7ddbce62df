import type { Document } from '../config/document.ts';
import { loadEngines } from '../gateway/engines.ts';
import type { IntegrationDefinition } from '../integration/integration.ts';
import { enginesFor } from './apis.ts';
import type { edgeParts } from './edge.ts';
import type { Sockets } from './sockets.ts';
import { noWaf, type ReadWaf } from './waf-words.ts';

/** What only some documents need. */
export interface Rooms {
  readonly readWaf: ReadWaf;
  readonly edgeParts: typeof edgeParts;
  /** Pages of WebSockets; empty where the document names none. */
  readonly socketPages: readonly IntegrationDefinition[];
}

/** Loaded before a document is assembled, so that everything after is synchronous and a plain edge starts without it. */
export async function loadRooms(
  document: Document,
  integrations: ReadonlyMap<string, IntegrationDefinition>,
  sockets: Sockets,
): Promise<Rooms> {
  const [waf, edge, pages] = await Promise.all([
    document.waf ? import('./waf-parts.ts') : null,
    document.edge ? import('./edge.ts') : null,
    asksForSockets(document, integrations) ? import('./socket-pages.ts') : null,
    loadEngines(enginesFor(document)),
  ]);
  return {
    readWaf: waf?.readWaf ?? noWaf,
    edgeParts: edge?.edgeParts ?? (() => null),
    socketPages: pages?.socketPages(sockets) ?? [],
  };
}

/** An edge passes handshakes through. For any other document: a name that nothing else has, so that a misspelt one finds its hint. */
function asksForSockets(document: Document, integrations: ReadonlyMap<string, IntegrationDefinition>): boolean {
  if (document.edge) return true;
  const routes = Object.values(document.apis).flatMap((api) => [
    ...Object.values(api.routes),
    ...Object.values(api.canary?.routes ?? {}),
  ]);
  return [...Object.values(document.routes), ...routes].some(
    ({ to }) => typeof to !== 'string' && to.use !== 'function' && !integrations.has(to.use),
  );
}
