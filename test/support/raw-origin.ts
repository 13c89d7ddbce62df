import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawOrigin {
  readonly url: string;
  readonly port: number;
  /** Heads of the requests that came, in order, over all connections. */
  readonly heads: string[];
  readonly connections: () => number;
  close(): Promise<void>;
}

/** An origin that answers each request's head with whatever bytes the test likes, and may misbehave. */
export async function rawOrigin(answer: (socket: Socket, nth: number, head: string) => void): Promise<RawOrigin> {
  const heads: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let cut = text.indexOf('\r\n\r\n'); cut >= 0; cut = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, cut);
        text = text.slice(cut + 4);
        if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(head)) continue; // the end of a body
        heads.push(head);
        answer(socket, heads.length, head);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    heads,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
