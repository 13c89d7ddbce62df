import { socketOrigin } from '../config/socket.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer } from '../flow/stage.ts';
import type { HttpRequest } from '../http/message.ts';
import type { EdgeOptions } from './edge-options.ts';

/** Answers a WebSocket handshake by passing it through to an origin. */
export type PassTo = (exchange: Exchange) => Answer;

/**
 * What passes WebSockets through to an origin of the document, opened when the first handshake for it comes. Null where
 * this build has no WebSockets. Frames are checked and never looked into, and an origin that is silent for ten minutes
 * ends the connection, whatever the client says meanwhile: so CloudFront does it.
 */
export function edgeSockets(options: EdgeOptions): (origin: string) => PassTo | null {
  const { document, registry, functions, ports } = options;
  const opened = new Map<string, PassTo>();
  return (name) => {
    const there = opened.get(name);
    if (there) return there;
    const definition = registry.integrations.get('websocket-origin');
    const origin = document.origins[name];
    if (!definition || !origin) return null;
    const given = socketOrigin.parse({
      api: `edge:${name}`,
      url: origin.url,
      allow: origin.allow,
      headers: origin.headers,
      timeout: origin.timeouts.firstByte,
      compression: true,
      limits: { idleCounts: 'origin' },
      waf: false,
    });
    const pass = definition.open(given, {
      api: 'plain',
      timeoutMs: 29_000,
      bodyBytes: 0,
      strict: false,
      openFunction: functions.open,
      openFolder: ports.openFolder,
    });
    opened.set(name, pass);
    return pass;
  };
}

/** A handshake as the origin is to see it: what the policies took out of it is not there any more. */
export const isHandshake = ({ headers, method }: HttpRequest): boolean =>
  method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket' && headers.has('sec-websocket-key');
