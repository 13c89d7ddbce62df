import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { openDialer } from '../../src/net/dialer.ts';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { rawOrigin, type RawOrigin } from '../support/raw-origin.ts';
import { recordingOrigin, type Answering, type RecordingOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { speak } from '../support/wire.ts';

type OriginMore = Partial<NonNullable<DocumentInput['origins']>[string]>;

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
const keep = <T extends { close(): Promise<unknown> }>(thing: T): T => {
  open.push(thing);
  return thing;
};

async function facing(origin: RawOrigin | RecordingOrigin, more: OriginMore = {}): Promise<Edge> {
  return keep(await edge(everythingTo(origin.url, more)));
}
const raw = async (answer: (socket: Socket, nth: number, head: string) => void): Promise<RawOrigin> =>
  keep(await rawOrigin(answer));
const recording = async (answering?: Answering): Promise<RecordingOrigin> => keep(await recordingOrigin(answering));

const ask = (running: Edge, method = 'GET', body?: string): Promise<Response> =>
  fetch(`${running.url}/`, { method, ...(body === undefined ? {} : { body }) });
const code = (response: Response): [number, string | null] => [
  response.status,
  response.headers.get('x-sallyport-code'),
];
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('an origin that cannot be reached', () => {
  it('refuses: 502 connect', async () => {
    const gone = await recordingOrigin();
    await gone.close();
    expect(code(await ask(await facing(gone)))).toEqual([502, 'integration.origin.connect']);
  });

  it('has no name: 502 resolve', async () => {
    const running = keep(
      await edge(everythingTo('http://nowhere.test:80'), {
        ports: { openDialer: openDialer({ resolve: () => Promise.reject(new Error('no such host')) }) },
      }),
    );
    expect(code(await ask(running))).toEqual([502, 'integration.origin.resolve']);
  });

  it('does not finish the handshake: 502 connect-timeout', async () => {
    const silent = keep(await tlsThatNeverAnswers());
    const running = keep(
      await edge(
        everythingTo(`https://127.0.0.1:${silent.port}`, {
          timeouts: { connect: '100ms' },
          tls: { verify: false, serverName: 'silent.test' },
        }),
      ),
    );
    expect(code(await ask(running))).toEqual([502, 'integration.origin.connect-timeout']);
  });
});

/** Takes the connection and says nothing, so a TLS handshake never ends. */
async function tlsThatNeverAnswers(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

describe('an origin that keeps us waiting', () => {
  it('for the first byte: 504, and the request is let go', async () => {
    const origin = await recording(() => {});
    expect(code(await ask(await facing(origin, { timeouts: { firstByte: '100ms' } })))).toEqual([
      504,
      'integration.origin.timeout',
    ]);
    await until('the origin sees that nobody waits', () => origin.requests[0]?.aborted === true);
    expect(origin.requests.length).toBe(1); // an origin that is too slow is not helped by asking twice
  });

  it('over all attempts together: 504', async () => {
    const origin = await raw((socket, nth) => {
      if (nth === 1) setTimeout(() => socket.destroy(), 150);
    });
    const running = await facing(origin, { timeouts: { firstByte: '1s', total: '250ms' } });
    expect(code(await ask(running))).toEqual([504, 'integration.origin.timeout']);
    expect(origin.heads.length).toBe(2);
    // 150 ms and then another 1000 would be two patiences.
    expect(running.records.at(-1)?.ms).toBeLessThan(1000);
  });

  it('for a free connection: 503 busy', async () => {
    const origin = await recording((_, outgoing) => void outgoing.writeHead(200).write('begun'));
    const running = await facing(origin, { connections: 1, timeouts: { firstByte: '150ms' } });
    const first = await ask(running); // its answer never ends, so its connection never comes free
    expect(code(await ask(running))).toEqual([503, 'integration.origin.busy']);
    await first.body?.cancel();
  });

  it('between two chunks: the answer is broken off and never looks whole', async () => {
    const origin = await raw((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345'));
    const running = await facing(origin, { timeouts: { idle: '300ms' } });
    const spoken = await speak(running.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(spoken).toMatchObject({ closed: true, answers: [] });
    expect(spoken.rest).toContain('12345');
    expect(running.logged.join('\n')).toContain('an answer broke off');
  });
});

describe('trying again', () => {
  const fails = (times: number) => (socket: Socket, nth: number) => {
    if (nth <= times) socket.destroy();
    else socket.write(ok);
  };

  it.each(['GET', 'HEAD', 'OPTIONS', 'DELETE'])(
    '%s once more where the connection broke before an answer',
    async (method) => {
      const origin = await raw((socket, nth) => {
        if (nth === 1) socket.destroy();
        else socket.write(method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n' : ok);
      });
      expect((await ask(await facing(origin), method)).status).toBe(200);
      expect(origin.heads.length).toBe(2);
    },
  );

  it.each([
    ['POST', 'body'],
    ['PATCH', 'body'],
    ['PUT', 'body'],
    ['POST', undefined],
  ])('%s (%s) never: somebody may have acted on it', async (method, body) => {
    const origin = await raw(fails(1));
    expect(code(await ask(await facing(origin), method, body))).toEqual([502, 'integration.origin.broken']);
    expect(origin.heads.length).toBe(1);
  });

  it('no more often than the document says', async () => {
    const origin = await raw(fails(9));
    expect((await ask(await facing(origin, { retries: 3 }))).status).toBe(502);
    expect(origin.heads.length).toBe(4);
    const once = await raw(fails(9));
    expect((await ask(await facing(once, { retries: 0 }))).status).toBe(502);
    expect(once.heads.length).toBe(1);
  });

  it('a POST whose connection was refused is sent once somebody listens', async () => {
    // Nothing was sent, so nothing can have happened twice. The second address answers.
    const origin = await recording();
    const asked: string[] = [];
    const running = keep(
      await edge(everythingTo(`http://two.test:${origin.port}`, { allow: ['127.0.0.0/8'] }), {
        ports: {
          openDialer: openDialer({
            resolve: (host) => {
              asked.push(host);
              return Promise.resolve(asked.length === 1 ? ['127.0.0.9'] : ['127.0.0.1']);
            },
          }),
        },
      }),
    );
    const response = await fetch(`${running.url}/`, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(origin.requests.length).toBe(1);
  });
});

describe('an origin that answers badly', () => {
  it.each([
    ['what is no HTTP', 'garbage\r\n\r\n', 'integration.origin.malformed'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok', 'integration.origin.malformed'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
      'integration.origin.malformed',
    ],
    [
      'length and coding',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      'integration.origin.malformed',
    ],
    [
      'a control character in a field',
      'HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 2\r\n\r\nok',
      'integration.origin.malformed',
    ],
    [
      'a fold in a field',
      'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok',
      'integration.origin.malformed',
    ],
    [
      'a protocol nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'integration.origin.malformed',
    ],
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok', 'integration.origin.malformed'],
  ])('%s: 502', async (_, bytes, wanted) => {
    const origin = await raw((socket) => void socket.write(bytes, 'latin1'));
    const running = await facing(origin, { retries: 0, timeouts: { firstByte: '1s' } });
    expect(code(await ask(running))).toEqual([502, wanted]);
    expect((await fetch(`${running.url}/`)).status).toBe(502); // still alive
  });

  it('closes in the middle of a body with a length: the viewer sees it break', async () => {
    const origin = await raw((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345'));
    const response = await ask(await facing(origin));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('closes in the middle of a chunked body: the viewer sees it break', async () => {
    const origin = await raw(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n'),
    );
    const running = await facing(origin);
    const spoken = await speak(running.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(spoken).toMatchObject({ closed: true, answers: [] });
    expect(spoken.rest).not.toContain('0\r\n\r\n');
  });

  it('says less than it sends: the viewer gets what was said, and no more', async () => {
    const origin = await raw(
      (socket) =>
        void socket.write(
          'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
        ),
    );
    const running = await facing(origin);
    const spoken = await speak(running.port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(spoken.answers.map((answer) => answer.body)).toEqual(['ok']);
    expect(spoken.rest).toBe('');
    // What came too much must not be taken for the answer to the next request.
    for (let at = 0; at < 3; at++) expect(await (await ask(running)).text()).toBe('ok');
  });

  it('declares more than the document takes: 502', async () => {
    const origin = await raw((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'));
    expect(code(await ask(await facing(origin, { responseBytes: '1kb' })))).toEqual([
      502,
      'integration.origin.too-large',
    ]);
  });

  it('ends a body without length by closing: that is whole', async () => {
    const origin = await raw((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
    expect(await (await ask(await facing(origin))).text()).toBe('until the end');
  });

  it('answers before it has read the body: the viewer gets the answer', async () => {
    const origin = await raw(
      (socket) => void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno'),
    );
    const running = await facing(origin);
    const spoken = await speak(
      running.port,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n${'x'.repeat(100_000)}`,
    );
    expect(spoken.answers.map(({ status, body }) => [status, body])).toEqual([[403, 'no']]);
  });
});

describe('a viewer who leaves', () => {
  it('before the answer: the origin is told', async () => {
    const origin = await recording(() => {});
    const running = await facing(origin);
    const socket = connect(running.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await until('the origin was asked', () => origin.requests.length === 1);
    socket.destroy();
    await until('the origin sees the request aborted', () => origin.requests[0]?.aborted === true);
    await until('the record says so', () =>
      running.records.some((record) => record.code === 'integration.origin.gone'),
    );
    expect(running.records.at(-1)?.status).toBe(499);
  });

  it('in the middle of his body: the origin never sees it whole', async () => {
    const origin = await recording();
    const running = await facing(origin);
    const socket = connect(running.port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345'),
    );
    await until('half has arrived', () => origin.requests[0]?.body === '12345');
    socket.destroy();
    await until('the origin sees it break', () => origin.requests[0]?.aborted === true);
    expect(origin.requests[0]?.complete).toBe(false);
    expect(origin.requests.length).toBe(1);
  });

  it('in the middle of the answer: the origin stops sending', async () => {
    let closed = false;
    const origin = await recording((_, outgoing) => {
      outgoing.writeHead(200);
      const timer = setInterval(() => outgoing.write('x'.repeat(1000)), 2);
      outgoing.once('close', () => {
        clearInterval(timer);
        closed = true;
      });
    });
    const running = await facing(origin);
    const socket = connect(running.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await until('the origin stops', () => closed);
  });
});

describe('connections to the origin', () => {
  it('are kept and used again', async () => {
    const origin = await recording();
    const running = await facing(origin);
    for (let at = 0; at < 10; at++)
      expect((await ask(running, at % 2 ? 'POST' : 'GET', at % 2 ? 'body' : undefined)).status).toBe(200);
    expect(origin.requests.length).toBe(10);
    expect(origin.connections()).toBe(1);
  });

  it('survive a reload of a document that describes the origin the same way', async () => {
    const origin = await recording();
    const running = await facing(origin);
    await ask(running);
    await running.app.reload({ ...everythingTo(origin.url), name: 'another', store: { use: 'memory' } });
    await ask(running);
    expect(origin.connections()).toBe(1);
  });
});
