/** Raw WebSocket load over loopback: no codec but the arithmetic of frames of one size, so that the server is what is measured. */
import { connect, type Socket } from 'node:net';

const KEY = Buffer.from('bench-bench-benc').toString('base64');

export function maskedText(size: number): Buffer {
  const long = size > 125;
  const frame = Buffer.alloc((long ? 8 : 6) + size);
  frame[0] = 0x81;
  frame[1] = 0x80 | (long ? 126 : size);
  if (long) frame.writeUInt16BE(size, 2);
  const key = [0x12, 0x34, 0x56, 0x78];
  const at = long ? 4 : 2;
  frame.set(key, at);
  const start = '{"action":"say","room":"harbour","text":"';
  const text = `${start}${'the tide is coming in '.repeat(100).slice(0, size - start.length - 2)}"}`;
  Buffer.from(text).forEach((byte, i) => (frame[at + 4 + i] = byte ^ key[i & 3]!));
  return frame;
}

/** Opens a connection and makes the handshake. */
export function open(port: number, host = '127.0.0.1', localAddress?: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
    socket.once('error', reject);
    socket.once('data', (head: Buffer) => {
      if (head.toString('latin1', 0, 12) !== 'HTTP/1.1 101') return reject(new Error(head.toString('latin1')));
      socket.off('error', reject);
      socket.on('error', () => socket.destroy());
      return resolve(socket);
    });
    socket.write(
      `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
  });
}

/** Sends `total` messages over all sockets, `inFlight` on each at a time; resolves when all are answered. */
export function drive(sockets: readonly Socket[], size: number, inFlight: number, total: number): Promise<void> {
  const one = maskedText(size);
  const many = Buffer.concat(Array.from({ length: inFlight }, () => one));
  const answer = (size > 125 ? 4 : 2) + size;
  return new Promise((resolve) => {
    let sent = 0;
    let answered = 0;
    const push = (socket: Socket, count: number): void => {
      const now = Math.min(count, total - sent);
      if (now <= 0) return;
      sent += now;
      socket.write(now === inFlight ? many : many.subarray(0, now * one.length));
    };
    for (const socket of sockets) {
      let bytes = 0;
      socket.removeAllListeners('data');
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        const done = Math.floor(bytes / answer);
        if (done === 0) return;
        bytes -= done * answer;
        answered += done;
        push(socket, done);
        if (answered >= total) resolve();
      });
      push(socket, inFlight);
    }
  });
}
