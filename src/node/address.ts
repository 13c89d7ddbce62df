import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { addressSet, formatAddress, parseAddress } from '../base/ip.ts';
import type { Viewer, ViewerTls } from '../flow/exchange.ts';
import { listOf, type HeaderList } from '../http/headers.ts';
import { clientCertificate } from './client-certificate.ts';

const plain = (text: string | undefined): string => {
  const address = text === undefined ? null : parseAddress(text);
  return address ? formatAddress(address) : '0.0.0.0';
};

function tlsOf(socket: Socket): Pick<Viewer, 'tls'> {
  const secured = socket as Partial<TLSSocket>;
  const protocol = secured.getProtocol?.();
  if (!protocol) return {};
  const cipher = secured.getCipher?.().standardName ?? '';
  const client = clientCertificate(secured);
  return { tls: { protocol, cipher, resumed: secured.isSessionReused?.() ?? false, ...(client ? { client } : {}) } };
}

/**
 * Who the viewer is. A peer that is not on the list is the client, whatever it claims; a trusted one is asked for the
 * chain, and trusted addresses are taken off from its right end.
 */
export function viewerOf(
  trustedProxies: readonly string[],
): (socket: Socket, headers: HeaderList, secure: boolean) => Viewer {
  const trusted = addressSet(trustedProxies).set;
  const known = new WeakMap<Socket, Viewer>();
  return (socket, headers, secure) => {
    let viewer = known.get(socket);
    if (!viewer) {
      const peer = plain(socket.remoteAddress);
      viewer = {
        address: peer,
        peer,
        port: socket.remotePort ?? 0,
        secure,
        localAddress: plain(socket.localAddress),
        localPort: socket.localPort ?? 0,
        ...tlsOf(socket),
      };
      known.set(socket, viewer);
    }
    if (trusted.size === 0) return viewer;
    const peer = parseAddress(viewer.peer);
    if (!peer || !trusted.has(peer)) return viewer;
    const field = headers.joined('x-forwarded-for');
    const chain = field === undefined ? [] : listOf(field);
    let client = peer;
    while (trusted.has(client) && chain.length > 0) {
      const next = parseAddress((chain.pop() as string).trim());
      if (!next) break; // an unreadable link ends the chain: what is left of it cannot be believed
      client = next;
    }
    const proto = headers.joined('x-forwarded-proto');
    // The certificate is the proxy's; it must not speak for the client.
    const { client: _, ...tls } = viewer.tls ?? { client: undefined };
    return {
      ...viewer,
      ...(viewer.tls ? { tls: tls as ViewerTls } : {}),
      address: formatAddress(client),
      secure: proto === undefined ? viewer.secure : proto === 'https',
    };
  };
}
