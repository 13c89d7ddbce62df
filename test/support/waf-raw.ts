import { connect } from 'node:net';

/** Sends the very bytes, and gives everything that comes back until nothing has come for a while, as a byte string. */
export function rawExchange(port: number, bytes: string, quietMs = 400): Promise<string> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(Buffer.from(bytes, 'latin1')));
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(done, 10_000);
    let quiet: NodeJS.Timeout | undefined;
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      clearTimeout(quiet);
      quiet = setTimeout(done, quietMs);
    });
    socket.on('error', done);
    socket.on('close', done);
  });
}
