import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { recordingOrigin, type RecordingOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { speak } from '../support/wire.ts';

let origin: RecordingOrigin;
let running: Edge;
const start = async (document: Partial<DocumentInput> = {}): Promise<void> => {
  origin = await recordingOrigin();
  running = await edge({ ...everythingTo(origin.url), listen: { limits: { bodyBytes: '1kb' } }, ...document });
};
afterEach(async () => {
  await running.close();
  await origin.close();
});

const declared = (length: number, body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`;
const streamed = (bytes: number): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n0\r\n\r\n`;

describe('body limits', () => {
  it('a declared length at the limit passes, one above is 413 before a byte is read', async () => {
    await start();
    expect((await speak(running.port, declared(1024, 'x'.repeat(1024)))).answers[0]?.status).toBe(200);
    const spoken = await speak(running.port, declared(1025, ''));
    expect(spoken.answers[0]?.status).toBe(413);
    expect(spoken.answers[0]?.headers.get('x-sallyport-code')).toBe('integration.body.too-large');
    expect(origin.requests.length).toBe(1);
  });

  it('streamed bytes at the limit pass, one more is 413 and nothing whole at the origin', async () => {
    await start();
    expect((await speak(running.port, streamed(1024))).answers[0]?.status).toBe(200);
    const spoken = await speak(running.port, streamed(1025));
    expect(spoken.answers[0]?.status).toBe(413);
    expect(origin.requests.filter((request) => request.complete).length).toBe(1);
  });

  it("a route's own limit counts, above and below the general one", async () => {
    origin = await recordingOrigin();
    running = await edge({
      routes: { 'POST /small': { to: 'main', bodyBytes: 10 }, 'POST /large': { to: 'main', bodyBytes: '1mb' } },
      origins: { main: { url: origin.url, allow: ['127.0.0.1'] } },
      listen: { limits: { bodyBytes: '1kb' } },
    });
    const post = async (path: string, length: number): Promise<number> =>
      (await fetch(running.url + path, { method: 'POST', body: 'x'.repeat(length) })).status;
    expect([await post('/small', 10), await post('/small', 11), await post('/large', 100_000)]).toEqual([
      200, 413, 200,
    ]);
  });

  it('a viewer who goes on sending after his 413 is not listened to for long', async () => {
    await start();
    const socket = connect(running.port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'),
    );
    let answer = '';
    let closed = false;
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('close', () => (closed = true)).on('error', () => {});
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    await new Promise((resolve) => socket.once('connect', resolve));
    await until('the connection is closed', () => {
      if (!socket.destroyed) socket.write(chunk);
      return closed;
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('a refused small body does not cost the connection', async () => {
    await start({ rules: { map: { default: [{ name: 'method-and-path', params: { deny: ['/no'] } }] } } });
    const no = 'POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
    const spoken = await speak(running.port, no + declared(3, 'abc'), { expected: 2 });
    expect(spoken.answers.map((answer) => answer.status)).toEqual([403, 200]);
  });
});

describe('Expect: 100-continue', () => {
  const expecting = (path: string, length: number): string =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

  it('is told to go on only when the body is wanted', async () => {
    await start();
    const socket = connect(running.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => (text += more));
    socket.write(expecting('/', 5));
    await until('he is told', () => text.includes('\r\n\r\n'));
    expect(text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    await until('the answer is there', () => text.includes('from the origin'));
    expect(origin.requests[0]).toMatchObject({ body: 'hello', complete: true });
    expect(origin.requests[0]?.headers.expect).toBeUndefined();
    socket.destroy();
  });

  it.each([
    ['too large', '/', 5000, 413],
    ['denied', '/no', 5, 403],
  ])('%s: the final answer at once, no 100, and the connection ends', async (_, path, length, status) => {
    await start({ rules: { map: { default: [{ name: 'method-and-path', params: { deny: ['/no'] } }] } } });
    const spoken = await speak(running.port, expecting(path, length), { expected: 2 });
    expect(spoken.answers.map((answer) => answer.status)).toEqual([status]);
    expect(spoken.closed).toBe(true);
    expect(origin.requests).toEqual([]);
  });
});
