/** Raw WebSocket load over loopback: no codec but the arithmetic of frames of one size, so that the server is what is measured. */
import { connect, type Socket } from 'node:net';

const MASK = [0x12, 0x34, 0x56, 0x78] as const;
const START = '{"action":"say","room":"harbour","text":"';
const KEY = Buffer.from('bench-bench-benc').toString('base64');

export function maskedText(size: number): Buffer {
  const long = size > 125;
  const frame = Buffer.alloc((long ? 8 : 6) + size);
  frame[0] = 0x81;
  frame[1] = 0x80 | (long ? 126 : size);
  if (long) frame.writeUInt16BE(size, 2);
  const at = long ? 4 : 2;
  frame.set(MASK, at);
  const text = `${START}${'the tide is coming in '.repeat(100).slice(0, size - START.length - 2)}"}`;
  Buffer.from(text).forEach((byte, i) => (frame[at + 4 + i] = byte ^ MASK[i & 3]!));
  return frame;
}

let stamps = 0;

/** Frames like `many`, each with a number of eight digits at the beginning of its text that none had before. */
function stamped(many: Buffer, length: number, size: number): Buffer {
  const frames = Buffer.from(many);
  for (let at = length - size; at < frames.length; at += length) {
    let rest = stamps++;
    for (let i = START.length + 7; i >= START.length; i--) {
      frames[at + i] = (0x30 + (rest % 10)) ^ MASK[i & 3]!;
      rest = Math.floor(rest / 10);
    }
  }
  return frames;
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

/**
 * Sends `total` messages over all sockets, `inFlight` on each at a time; resolves when all are answered.
 * @param fresh no two messages are the same, so nothing that is remembered of one helps with another
 */
export function drive(
  sockets: readonly Socket[],
  size: number,
  inFlight: number,
  total: number,
  fresh: boolean,
): Promise<void> {
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
      const frames = now === inFlight ? many : many.subarray(0, now * one.length);
      socket.write(fresh ? stamped(frames, one.length, size) : frames);
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
