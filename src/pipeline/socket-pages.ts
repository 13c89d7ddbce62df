import { socketApi, socketConnections, socketOrigin } from '../config/socket.ts';
import { defineIntegration, type IntegrationDefinition } from '../integration/integration.ts';
import type { Sockets } from './sockets.ts';

/**
 * What a route's `{ use }` may name of WebSockets. Apart from `Sockets`, which every shell holds: their options are long,
 * and loaded only for documents that name one.
 */
export function socketPages(
  sockets: Pick<Sockets, 'openApi' | 'openConnections' | 'openPass'>,
): readonly IntegrationDefinition[] {
  const api = defineIntegration({
    name: 'websocket',
    says: 'A WebSocket API as API Gateway has it: routes by message, functions behind them, each message inspected.',
    options: socketApi,
    open: (options, parts) => sockets.openApi(options, parts.openFunction),
  });
  const connections = defineIntegration({
    name: 'websocket-connections',
    says: "The `@connections` API: post to, ask about and end one connection; AWS's SDKs work unchanged.",
    options: socketConnections,
    open: (options) => sockets.openConnections(options),
  });
  const origin = defineIntegration({
    name: 'websocket-origin',
    says: 'Passes WebSocket connections through to an origin: every frame checked, every message looked at, the bytes as they came.',
    options: socketOrigin,
    open: (options) => sockets.openPass(options),
  });
  return [api, connections, origin];
}
