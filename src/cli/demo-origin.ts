import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A private origin for the demo: tells what reached it, and that nobody else can. */
export async function demoOrigin(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
    incoming.on('end', () => {
      const answer = {
        origin: 'the private shop',
        method: incoming.method,
        path: incoming.url,
        bytes,
        forwardedFor: incoming.headers['x-forwarded-for'],
        via: incoming.headers.via,
      };
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(answer)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
