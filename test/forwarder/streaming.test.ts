import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { recordingOrigin, type Answering, type RecordingOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';

const MB = 1_048_576;
/** More than all buffers on the way together: sockets, streams, and what the kernel takes for itself on loopback. */
const LARGE = 48 * MB;
/** Each piece is different, so that a piece lost, doubled or moved changes the sum. */
const piece = (at: number): Buffer => {
  const bytes = Buffer.alloc(65_536, at % 251);
  bytes.writeUInt32BE(at, 0);
  return bytes;
};
const pieces = LARGE / 65_536;
const sumOfAll = (): string => {
  const hash = createHash('sha256');
  for (let at = 0; at < pieces; at++) hash.update(piece(at));
  return hash.digest('hex');
};

let origin: RecordingOrigin;
let running: Edge;
const start = async (answering?: Answering): Promise<void> => {
  origin = await recordingOrigin(answering);
  running = await edge({ ...everythingTo(origin.url), listen: { limits: { bodyBytes: '1gb' } } });
};
afterEach(async () => {
  await running.close();
  await origin.close();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a body that is larger than all buffers', () => {
  it('goes down to a slow reader: exact, in order, and held at the origin meanwhile', async () => {
    let sent = 0;
    await start((_, outgoing) => {
      let at = 0;
      const more = (): void => {
        while (at < pieces) {
          sent = at * 65_536;
          if (!outgoing.write(piece(at++))) return void outgoing.once('drain', more);
        }
        outgoing.end();
      };
      more();
    });
    const hash = createHash('sha256');
    await new Promise<void>((resolve, reject) => {
      request(`${running.url}/`, (incoming) => {
        void (async () => {
          incoming.pause();
          await pause(150);
          const held = sent;
          await pause(100);
          // Nobody reads, so after the buffers are full the origin stands still, far from its end.
          expect(sent).toBe(held);
          expect(sent).toBeLessThan(LARGE / 2);
          for await (const chunk of incoming) hash.update(chunk as Buffer);
          resolve();
        })().catch(reject);
      })
        .on('error', reject)
        .end();
    });
    expect(hash.digest('hex')).toBe(sumOfAll());
  });

  it('goes up to a slow origin: exact, in order, and held at the viewer meanwhile', async () => {
    const hash = createHash('sha256');
    let release = (): void => {};
    await start((incoming, outgoing) => {
      incoming.pause();
      release = () => {
        incoming.on('data', (chunk: Buffer) => hash.update(chunk));
        incoming.on('end', () => outgoing.end('done'));
        incoming.resume();
      };
    });
    let written = 0;
    const answer = await new Promise<string>((resolve, reject) => {
      const outgoing = request(
        `${running.url}/`,
        { method: 'POST', headers: { 'content-length': LARGE } },
        (incoming) => {
          incoming.setEncoding('utf8').on('data', (text: string) => resolve(text));
        },
      );
      outgoing.on('error', reject);
      let at = 0;
      const more = (): void => {
        while (at < pieces) {
          written = at * 65_536;
          if (!outgoing.write(piece(at++))) return void outgoing.once('drain', more);
        }
        outgoing.end();
      };
      more();
      void (async () => {
        await until('the origin was asked', () => origin.requests.length === 1);
        await pause(150);
        const held = written;
        await pause(100);
        expect(written).toBe(held);
        expect(written).toBeLessThan(LARGE / 2);
        release();
      })().catch(reject);
    });
    expect(answer).toBe('done');
    expect(hash.digest('hex')).toBe(sumOfAll());
  });

  it('goes both ways at once, in chunks', async () => {
    await start((incoming, outgoing) => void incoming.pipe(outgoing));
    const up = createHash('sha256');
    const down = createHash('sha256');
    let size = 0;
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(`${running.url}/`, { method: 'POST' }, (incoming) => {
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          down.update(chunk);
        });
        incoming.on('end', resolve).on('error', reject);
      });
      outgoing.on('error', reject);
      let at = 0;
      const more = (): void => {
        while (at < 128) {
          const bytes = piece(at++);
          up.update(bytes);
          if (!outgoing.write(bytes)) return void outgoing.once('drain', more);
        }
        outgoing.end();
      };
      more();
    });
    expect(size).toBe(128 * 65_536);
    expect(down.digest('hex')).toBe(up.digest('hex'));
  });
});

describe('a stream of small things', () => {
  it('passes each as it comes, without waiting for more', async () => {
    let send: ((text: string) => void) | undefined;
    await start((_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.flushHeaders();
      send = (text) => void outgoing.write(text);
    });
    const response = await fetch(`${running.url}/events`); // the head is here before any event
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      send?.(event);
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(event);
    }
    await reader.cancel();
  });

  it('reaches the origin as it is sent', async () => {
    await start();
    const socket = connect(running.port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n'),
    );
    await until('the first piece is there', () => origin.requests[0]?.body === 'one');
    socket.write('3\r\ntwo\r\n');
    await until('the second piece is there', () => origin.requests[0]?.body === 'onetwo');
    expect(origin.requests[0]?.complete).toBe(false);
    socket.write('0\r\n\r\n');
    await until('it is whole', () => origin.requests[0]?.complete === true);
    expect(origin.requests[0]?.headers['transfer-encoding']).toBe('chunked');
    socket.destroy();
  });
});

describe('a viewer who takes his time with his body', () => {
  it('is no fault of the origin: its time runs only when it is its turn', async () => {
    origin = await recordingOrigin();
    running = await edge(everythingTo(origin.url, { timeouts: { firstByte: '150ms' } }));
    const socket = connect(running.port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\none'),
    );
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => (text += more));
    await until('half is there', () => origin.requests[0]?.body === 'one');
    await pause(300);
    socket.write('two');
    await until('the answer is there', () => text.includes('from the origin'));
    socket.destroy();
  });

  it('an origin that takes nothing of it is: 504', async () => {
    origin = await recordingOrigin((incoming) => void incoming.pause());
    running = await edge({
      ...everythingTo(origin.url, { timeouts: { firstByte: '150ms' } }),
      listen: { limits: { bodyBytes: '1gb' } },
    });
    const socket = connect(running.port, '127.0.0.1', () => {
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE}\r\n\r\n`);
      socket.write(Buffer.alloc(LARGE));
    });
    let text = '';
    socket
      .setEncoding('latin1')
      .on('data', (more: string) => (text += more))
      .on('error', () => {});
    await until('the answer is there', () => text.includes('\r\n\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 504 /);
    socket.destroy();
  });
});

describe('a viewer who takes no bytes', () => {
  it('is cut off when the time for it is over, and the origin let go', async () => {
    let closed = false;
    origin = await recordingOrigin((_, outgoing) => {
      outgoing.once('close', () => (closed = true));
      const more = (): void => {
        while (!outgoing.destroyed && outgoing.write(piece(1)));
        if (!outgoing.destroyed) outgoing.once('drain', more);
      };
      more();
    });
    running = await edge({ ...everythingTo(origin.url), listen: { limits: { requestTimeout: '200ms' } } });
    const socket = connect(running.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    socket.pause();
    await until('the origin is let go', () => closed);
    socket.destroy();
  });
});
