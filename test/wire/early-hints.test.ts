import { connect as connectHttp2 } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { certificate } from '../support/certificate.ts';
import { temporaryFolder } from '../support/folder.ts';
import { rawOrigin, type RawOrigin } from '../support/raw-origin.ts';
import { speak } from '../support/wire.ts';

const HINTS =
  'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nX-Secret: inside\r\nConnection: x\r\nX: 1\r\nLink: </b.js>; rel=preload\r\n\r\n';
const OTHER = 'HTTP/1.1 103 Early Hints\r\nServer: nobody\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n';
const LAST = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

let origin: RawOrigin;
let running: Edge;
afterEach(async () => {
  await running.close();
  await origin.close();
});

/** The hints at once, the answer when the test says so. */
async function hinting(answerAfter: Promise<void> | null, hints = true): Promise<void> {
  origin = await rawOrigin((socket) => {
    socket.write(OTHER + HINTS);
    if (answerAfter) void answerAfter.then(() => socket.write(LAST));
    else socket.write(LAST);
  });
  running = await edge(everythingTo(origin.url, hints ? { hints } : {}));
}

const get = (version: string): string => `GET / HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`;

describe('103 Early Hints of an origin', () => {
  it('go on to a viewer of HTTP/1.1: links alone, before the answer, once', async () => {
    await hinting(null);
    const { answers, rest } = await speak(running.port, get('1.1'));
    expect(answers.map(({ status }) => status)).toEqual([103, 200]);
    expect([...(answers[0]?.headers ?? [])]).toEqual([['link', '</b.js>; rel=preload']]); // the last of two, in a map
    expect([answers[1]?.body, answers[1]?.headers.has('link'), rest]).toEqual(['ok', false, '']);
    expect(JSON.stringify(running.records[0]?.steps)).toContain('"what":"hinted"');
  });

  it('arrive while the origin is still thinking', async () => {
    let think = (): void => {};
    await hinting(new Promise<void>((resolve) => (think = resolve)));
    const response = speak(running.port, get('1.1'));
    const early = await speak(running.port, get('1.1'), { withinMs: 1500 }).catch((thrown: Error) => thrown.message);
    expect(early).toContain('103 Early Hints\\r\\nLink: </a.css>; rel=preload\\r\\nLink: </b.js>; rel=preload');
    think();
    expect((await response).answers.map(({ status }) => status)).toEqual([103, 200]);
  });

  it.each([
    ['of HTTP/1.0', '1.0', true],
    ['where the origin is not said to give them', '1.1', false],
  ])('do not go to a viewer %s', async (_, version, hints) => {
    await hinting(null, hints);
    const { answers } = await speak(running.port, get(version));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, 'ok']]);
  });

  it('stand before their own answer where requests come together', async () => {
    await hinting(null);
    const both = get('1.1').replace('close', 'keep-alive') + get('1.1');
    const { answers } = await speak(running.port, both, { expected: 2 });
    expect(answers.map(({ status }) => status)).toEqual([103, 200, 103, 200]);
  });

  it('go on to a viewer of HTTP/2', async () => {
    origin = await rawOrigin((socket) => socket.write(OTHER + HINTS + LAST));
    const { cert, key } = certificate('hints');
    const folder = temporaryFolder({ 'edge.crt': cert, 'edge.key': key });
    running = await edge(
      { ...everythingTo(origin.url, { hints: true }), listen: { tls: { cert: 'edge.crt', key: 'edge.key' } } },
      { folder: folder.path },
    );
    const session = connectHttp2(`https://localhost:${running.port}`, { rejectUnauthorized: false });
    try {
      const stream = session.request({ ':path': '/' });
      const seen: [number | undefined, unknown][] = [];
      stream.on('headers', (headers) => seen.push([headers[':status'], headers['link']]));
      stream.on('response', (headers) => seen.push([headers[':status'], headers['link']]));
      stream.resume();
      await new Promise((resolve) => stream.once('close', resolve));
      expect(seen).toEqual([
        [103, '</a.css>; rel=preload, </b.js>; rel=preload'],
        [200, undefined],
      ]);
    } finally {
      session.destroy();
      folder.remove();
    }
  });

  it('are never kept with a stored answer', async () => {
    origin = await rawOrigin((socket) =>
      socket.write(HINTS + LAST.replace('Content-Length', 'Cache-Control: max-age=60\r\nContent-Length')),
    );
    const { origins } = everythingTo(origin.url, { hints: true });
    running = await edge({
      edge: { behaviours: [{ path: '*', origin: 'main', cache: {} }] },
      ...(origins && { origins }),
    });
    await speak(running.port, get('1.1'));
    const { answers } = await speak(running.port, get('1.1'));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, 'ok']]);
    expect(origin.heads.length).toBe(1);
  });
});
