import { request as ask } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/base/fault.ts';
import { Body, type BodySink } from '../../src/http/body.ts';
import { HeaderList } from '../../src/http/headers.ts';
import { openDialer } from '../../src/net/dialer.ts';
import { systemResolver } from '../../src/net/resolver.ts';
import type { Dialer, DialerOptions, Outbound } from '../../src/ports/dialer.ts';
import { rawOrigin, type RawOrigin } from '../support/raw-origin.ts';
import { until } from '../support/until.ts';
import { misbehaviour, wellFormed, type Row } from './origin-answers.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function origin(answer: Parameters<typeof rawOrigin>[0]): Promise<RawOrigin> {
  const raw = await rawOrigin(answer);
  open.push(raw);
  return raw;
}

function dialerTo(url: string, more: Partial<DialerOptions> = {}): Dialer {
  const dialer = openDialer(systemResolver)({
    url,
    timeouts: { connect: 2000, firstByte: 5000, idle: 2000 },
    connections: 4,
    keepAliveMs: 10_000,
    mayDial: () => true,
    tls: { ca: null, verify: true, serverName: null },
    ...more,
  });
  open.push(dialer);
  return dialer;
}

const outbound = (more: Partial<Outbound> = {}): Outbound => ({
  method: 'GET',
  target: '/',
  headers: HeaderList.of({ Host: 'origin.test' }),
  body: null,
  onGone: () => () => {},
  firstByteMs: 5000,
  ...more,
});

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const codeOf = (thrown: unknown): string => (thrown instanceof Fault ? thrown.code : String(thrown));

/** What a dial comes to: an answer that is whole, or a code; `at` says whether the head had been passed on. */
async function outcome(dialer: Dialer, more: Partial<Outbound> = {}): Promise<object> {
  let status = 0;
  try {
    const inbound = await dialer.dial(outbound(more));
    ({ status } = inbound);
    const flat = inbound.headers.flat;
    const body = inbound.body === null ? '' : Buffer.from(await inbound.body.bytes()).toString('latin1');
    return { status, body, flat };
  } catch (thrown) {
    return { status, code: codeOf(thrown) };
  }
}

const send = (row: Row) => (socket: Socket) => {
  socket.write(row.bytes, 'latin1');
  if (row.closes) socket.end();
};

describe('an answer of an origin, passed on', () => {
  it.each([...wellFormed, ...misbehaviour].map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const { wanted, method } = row;
    const raw = await origin(send(row));
    const dialer = dialerTo(raw.url);
    const got = await outcome(dialer, { method });
    if (wanted.is !== 'whole') {
      // The head may be out already when the bytes that spoil it come.
      expect(got).toMatchObject({ code: `integration.origin.${wanted.is === 'cut' ? 'broken' : 'malformed'}` });
      expect(raw.connections()).toBe(1);
      return;
    }
    expect(got).toMatchObject({ status: wanted.status, body: wanted.body });
    // What came too much, or an end, may reach us a moment after the answer itself.
    if (!wanted.reused) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await outcome(dialer, { method })).toMatchObject({ status: wanted.status, body: wanted.body });
    expect(raw.connections()).toBe(wanted.reused ? 1 : 2);
  });

  it.each(wellFormed.map((row) => [row.name, row] as const))("%s: as Node's client reads it", async (_, row) => {
    const raw = await origin(send(row));
    const theirs = await new Promise<object>((resolve, reject) => {
      const asking = ask(`${raw.url}/`, { method: row.method }, (incoming) => {
        let body = '';
        incoming.setEncoding('latin1').on('data', (text: string) => (body += text));
        incoming.on('end', () => resolve({ status: incoming.statusCode, body, flat: incoming.rawHeaders }));
        incoming.on('error', reject);
      });
      asking.on('error', reject).end();
    });
    expect(await outcome(dialerTo(raw.url), { method: row.method })).toEqual(theirs);
  });
});

describe('a request, as it is written', () => {
  const heads = async (more: Partial<Outbound>): Promise<string> => {
    const raw = await origin((socket) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    await dialerTo(raw.url).dial(outbound(more));
    return (raw.heads[0] as string).split('\r\n').slice(1).join('|');
  };

  it.each([
    ['GET', null, 'Host: origin.test|Connection: keep-alive'],
    ['DELETE', null, 'Host: origin.test|Connection: keep-alive'],
    ['POST', null, 'Host: origin.test|Connection: keep-alive|Content-Length: 0'],
    ['PUT', null, 'Host: origin.test|Connection: keep-alive|Content-Length: 0'],
    ['POST', 'body', 'Host: origin.test|Connection: keep-alive|Content-Length: 4'],
    ['GET', 'body', 'Host: origin.test|Connection: keep-alive|Content-Length: 4'],
  ])('%s with %s', async (method, body, wanted) => {
    expect(await heads({ method, body: body === null ? null : Body.of(body) })).toBe(wanted);
  });

  it('frames itself, whatever fields it is given', async () => {
    const headers = HeaderList.of([
      ['Host', 'origin.test'],
      ['Content-Length', '99'],
      ['transfer-encoding', 'chunked'],
      ['Connection', 'close'],
      ['Keep-Alive', 'timeout=1'],
      ['Upgrade', 'h2c'],
      ['TE', 'trailers'],
      ['Trailer', 'X'],
      ['Proxy-Connection', 'close'],
      ['X-Kept', '1'],
    ]);
    expect(await heads({ method: 'POST', headers, body: Body.of('abc') })).toBe(
      'Host: origin.test|X-Kept: 1|Connection: keep-alive|Content-Length: 3',
    );
  });

  it.each<[string, Partial<Outbound>]>([
    ['a line end in a value', { headers: HeaderList.of({ X: 'a\r\nEvil: 1' }) }],
    ['a bare LF in a value', { headers: HeaderList.of({ X: 'a\nEvil: 1' }) }],
    ['a NUL in a value', { headers: HeaderList.of({ X: 'a\0' }) }],
    ['a character beyond one byte', { headers: HeaderList.of({ X: '\u010a' }) }],
    ['a line end in a name', { headers: HeaderList.of({ 'X: 1\r\nEvil': 'a' }) }],
    ['a colon in a name', { headers: HeaderList.of({ 'X:': 'a' }) }],
    ['no name', { headers: HeaderList.of({ '': 'a' }) }],
    ['a blank in the target', { target: '/a HTTP/1.1' }],
    ['a line end in the target', { target: '/a\r\nEvil:1' }],
    ['a target beyond one byte', { target: '/\u010d\u010a' }],
    ['no target', { target: '' }],
    ['a blank in the method', { method: 'GET /evil' }],
    ['no method', { method: '' }],
  ])('cannot be split: %s', async (_, more) => {
    const raw = await origin((socket) => void socket.write(ok));
    const dialer = dialerTo(raw.url);
    expect(await outcome(dialer, more)).toMatchObject({ code: 'integration.origin.unsendable' });
    expect(raw.connections()).toBe(0);
    expect(await outcome(dialer)).toMatchObject({ status: 200 });
  });
});

/** A body that the test pushes. */
function pushed(length: number | null = null): {
  readonly body: Body;
  readonly sink: () => BodySink;
  readonly done: string[];
} {
  let sink: BodySink | undefined;
  const done: string[] = [];
  const body = Body.from((to) => {
    sink = to;
    return { pause: () => done.push('pause'), resume: () => done.push('resume'), cancel: () => done.push('cancel') };
  }, length);
  return { body, sink: () => sink as BodySink, done };
}

interface Listening {
  readonly url: string;
  /** What came over the newest connection. */
  got(): string;
  connections(): number;
}

describe('a body on its way up', () => {
  /** An origin that is told all that came over a connection so far, whenever something comes. */
  async function listening(answer: (socket: Socket, soFar: string) => void): Promise<Listening> {
    let got = '';
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      let soFar = '';
      socket
        .on('error', () => {})
        .on('data', (chunk: Buffer) => {
          soFar += chunk.toString('latin1');
          got = soFar;
          answer(socket, soFar);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, got: () => got, connections: () => connections };
  }

  it('goes in chunks where nobody knows its length', async () => {
    const raw = await listening((socket, text) => {
      if (text.endsWith('0\r\n\r\n')) socket.write(ok);
    });
    const { body, sink } = pushed();
    const answer = outcome(dialerTo(raw.url), { method: 'POST', body });
    await until('the body is wanted', () => sink() !== undefined);
    sink().data(Buffer.from('hello'));
    sink().data(new Uint8Array(0)); // would end it
    sink().data(Buffer.alloc(20, 'x'));
    sink().end();
    expect(await answer).toMatchObject({ status: 200, body: 'ok' });
    expect(raw.got().split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
      `5\r\nhello\r\n14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`,
    );
    expect(raw.got()).toContain('Transfer-Encoding: chunked\r\n');
  });

  it('is broken off where it is not as long as it said', async () => {
    for (const text of ['12345', '12345678901']) {
      let closed = false;
      const raw = await listening((socket) => socket.once('close', () => (closed = true)));
      const { body, sink } = pushed(10);
      const answer = outcome(dialerTo(raw.url), { method: 'POST', body });
      await until('the body is wanted', () => sink() !== undefined);
      sink().data(Buffer.from(text));
      sink().end();
      expect(await answer).toEqual({ status: 0, code: 'http.body.broken' });
      await until('the origin sees it break', () => closed);
    }
  });

  it('is not wanted any more once the answer is whole', async () => {
    const raw = await listening((socket) => void socket.write(ok));
    const { body, sink, done } = pushed();
    const dialer = dialerTo(raw.url);
    expect(await outcome(dialer, { method: 'POST', body })).toMatchObject({ status: 200, body: 'ok' });
    expect(done).toContain('cancel');
    sink().data(Buffer.from('late')); // comes too late and does no harm
    // What was not sent would be missing from the next request's point of view.
    expect(await outcome(dialer)).toMatchObject({ status: 200 });
    expect(raw.connections()).toBe(2);
  });

  it('goes on while the answer flows', async () => {
    const raw = await listening((socket, text) => {
      if (text.includes('GET /')) socket.write(ok);
      else if (text.endsWith('0\r\n\r\n')) socket.write('whole');
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
    });
    const { body, sink } = pushed();
    const dialer = dialerTo(raw.url);
    const inbound = await dialer.dial(outbound({ method: 'POST', body }));
    sink().data(Buffer.from('hello'));
    sink().end();
    expect(Buffer.from(await (inbound.body as Body).bytes()).toString()).toBe('whole');
    expect(await outcome(dialer)).toMatchObject({ status: 200 });
    expect(raw.connections()).toBe(1);
  });

  it('is told to stop when the origin leaves', async () => {
    const raw = await listening((socket) => void socket.destroy());
    const { body, done } = pushed();
    expect(await outcome(dialerTo(raw.url), { method: 'POST', body })).toMatchObject({
      code: 'integration.origin.broken',
    });
    expect(done).toContain('cancel');
  });
});

describe('a connection that the origin closes while it is idle', () => {
  /** Answers the first request of each connection and closes at the second, before a byte. */
  const forgetful = (): Promise<RawOrigin> => {
    const seen = new WeakSet<Socket>();
    return origin((socket) => {
      if (seen.has(socket)) return void socket.destroy();
      seen.add(socket);
      socket.write(ok);
    });
  };

  it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])('%s is sent once more, over a new one', async (method) => {
    const seen = new WeakSet<Socket>();
    const raw = await origin((socket) => {
      if (seen.has(socket)) return void socket.destroy();
      seen.add(socket);
      socket.write(method === 'HEAD' ? ok.slice(0, -2) : ok);
    });
    const dialer = dialerTo(raw.url);
    for (let at = 0; at < 3; at++) expect(await outcome(dialer, { method })).toMatchObject({ status: 200 });
    expect(raw.heads.length).toBe(5);
  });

  it.each<[string, Body | null]>([
    ['POST', Body.of('body')],
    ['POST', null],
    ['PATCH', Body.of('body')],
  ])('%s is not: the origin may have acted on it', async (method, body) => {
    const raw = await forgetful();
    const dialer = dialerTo(raw.url);
    expect(await outcome(dialer)).toMatchObject({ status: 200 });
    expect(await outcome(dialer, { method, body })).toEqual({ status: 0, code: 'integration.origin.broken' });
    expect(raw.heads.length).toBe(2);
  });

  it('a PUT whose body is in memory is, one whose body has flowed is not', async () => {
    const raw = await forgetful();
    const dialer = dialerTo(raw.url);
    await outcome(dialer);
    expect(await outcome(dialer, { method: 'PUT', body: Body.of('body') })).toMatchObject({ status: 200 });
    const other = dialerTo(raw.url);
    await outcome(other);
    expect(await outcome(other, { method: 'PUT', body: pushed().body })).toMatchObject({
      code: 'integration.origin.broken',
    });
  });

  it('a GET whose answer had begun is not', async () => {
    const seen = new WeakSet<Socket>();
    const raw = await origin((socket) => {
      if (seen.has(socket)) return void socket.end('HTTP/1.1 2');
      seen.add(socket);
      socket.write(ok);
    });
    const dialer = dialerTo(raw.url);
    await outcome(dialer);
    expect(await outcome(dialer)).toEqual({ status: 0, code: 'integration.origin.broken' });
    expect(raw.heads.length).toBe(2);
  });

  it('a GET over a new connection is not: that is for whoever asks to say', async () => {
    const raw = await origin((socket) => void socket.destroy());
    expect(await outcome(dialerTo(raw.url))).toEqual({ status: 0, code: 'integration.origin.broken' });
    expect(raw.heads.length).toBe(1);
  });

  it('is not used again once the end was seen', async () => {
    const raw = await origin((socket) => void socket.end(ok));
    const dialer = dialerTo(raw.url);
    for (let at = 1; at <= 3; at++) {
      expect(await outcome(dialer, { method: 'POST' })).toMatchObject({ status: 200 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(raw.connections()).toBe(3);
  });

  it('is closed by us before it is too old', async () => {
    let closed = 0;
    const raw = await origin((socket) => {
      socket.once('close', () => closed++);
      socket.write(ok);
    });
    const dialer = dialerTo(raw.url, { keepAliveMs: 50 });
    await outcome(dialer);
    await until('it is closed', () => closed === 1);
    await outcome(dialer);
    expect(raw.connections()).toBe(2);
  });
});

describe('connections to one origin', () => {
  it('are never more than allowed; who comes later waits his turn', async () => {
    const sockets: Socket[] = [];
    const raw = await origin((socket) => void sockets.push(socket));
    const dialer = dialerTo(raw.url, { connections: 2 });
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4].map((at) =>
      outcome(dialer, { target: `/${at}` }).then((got) => {
        order.push(at);
        return got;
      }),
    );
    for (let at = 0; at < 5; at++) {
      await until(`request ${at} is there`, () => sockets.length > at);
      (sockets[at] as Socket).write(ok);
    }
    for (const got of await Promise.all(all)) expect(got).toMatchObject({ status: 200, body: 'ok' });
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(raw.heads.map((head) => head.split(' ')[1])).toEqual(['/0', '/1', '/2', '/3', '/4']);
    expect(raw.connections()).toBe(2);
  });

  it('who leaves the line is not served, and whoever stands behind him is', async () => {
    const sockets: Socket[] = [];
    const raw = await origin((socket) => void sockets.push(socket));
    const dialer = dialerTo(raw.url, { connections: 1 });
    const leave: (() => void)[] = [];
    const onGone: Outbound['onGone'] = (call) => {
      leave.push(call);
      return () => {};
    };
    const all = ['/a', '/b', '/c'].map((target) => outcome(dialer, { target, onGone }));
    await until('the first is there', () => sockets.length === 1);
    leave[1]?.();
    expect(await all[1]).toEqual({ status: 0, code: 'integration.origin.gone' });
    (sockets[0] as Socket).write(ok);
    await until('the third is there', () => sockets.length === 2);
    (sockets[1] as Socket).write(ok);
    expect(await all[2]).toMatchObject({ status: 200 });
    expect(raw.heads.map((head) => head.split(' ')[1])).toEqual(['/a', '/c']);
  });

  it('who has left before he is dialled is not dialled', async () => {
    const raw = await origin((socket) => void socket.write(ok));
    const onGone: Outbound['onGone'] = (call) => {
      call();
      return () => {};
    };
    expect(await outcome(dialerTo(raw.url), { onGone })).toEqual({ status: 0, code: 'integration.origin.gone' });
    expect(raw.connections()).toBe(0);
  });

  it('that cannot be made fail everybody who waits for one, once', async () => {
    const gone = await rawOrigin(() => {});
    await gone.close();
    const dialer = dialerTo(gone.url, { connections: 1 });
    const all = await Promise.all([0, 1, 2, 3].map(() => outcome(dialer)));
    for (const got of all) expect(got).toEqual({ status: 0, code: 'integration.origin.connect' });
  });

  it('that are still being made when patience ends: connect-timeout', async () => {
    const dialer = openDialer({ resolve: () => new Promise(() => {}) })({
      url: 'http://slow.test',
      timeouts: { connect: 5000, firstByte: 5000, idle: 5000 },
      connections: 1,
      keepAliveMs: 1000,
      mayDial: () => true,
      tls: { ca: null, verify: true, serverName: null },
    });
    const both = [outcome(dialer, { firstByteMs: 30 }), outcome(dialer, { firstByteMs: 60 })];
    expect(await Promise.all(both)).toEqual([
      { status: 0, code: 'integration.origin.connect-timeout' },
      { status: 0, code: 'integration.origin.connect-timeout' },
    ]);
    await dialer.close();
  });

  it('an idle one on which something comes is closed', async () => {
    const sockets: Socket[] = [];
    let closed = false;
    const raw = await origin((socket) => {
      sockets.push(socket);
      socket.once('close', () => (closed = true));
      socket.write(ok);
    });
    const dialer = dialerTo(raw.url);
    await outcome(dialer);
    sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    await until('it is closed', () => closed);
    expect(await outcome(dialer)).toMatchObject({ body: 'ok' });
    expect(raw.connections()).toBe(2);
  });

  it('end with the dialer, and so does what is under way', async () => {
    const raw = await origin(() => {});
    const dialer = dialerTo(raw.url, { connections: 1 });
    const both = [outcome(dialer), outcome(dialer)];
    await until('the first is there', () => raw.heads.length === 1);
    await dialer.close();
    for (const got of await Promise.all(both)) expect(got).toEqual({ status: 0, code: 'integration.origin.broken' });
    expect(await outcome(dialer)).toEqual({ status: 0, code: 'integration.origin.broken' });
  });
});

describe('an answer that flows', () => {
  it('is held while the viewer takes no bytes, and its time does not run meanwhile', async () => {
    const raw = await origin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n');
      setTimeout(() => socket.write('1234'), 20);
      setTimeout(() => socket.write('5678'), 260);
    });
    const dialer = dialerTo(raw.url, { timeouts: { connect: 1000, firstByte: 1000, idle: 150 } });
    const inbound = await dialer.dial(outbound());
    let text = '';
    let end = '';
    const flow = (inbound.body as Body).start({
      data(chunk) {
        text += Buffer.from(chunk).toString();
        flow.pause();
      },
      end: () => (end = 'whole'),
      fail: (thrown) => (end = codeOf(thrown)),
    });
    await until('half is there', () => text === '1234');
    await new Promise((resolve) => setTimeout(resolve, 300)); // longer than the origin may stand still
    expect([text, end]).toEqual(['1234', '']);
    flow.resume();
    await until('the rest is there', () => text === '12345678');
    flow.resume();
    await until('it ends', () => end === 'whole');
  });

  it('is let go when nobody wants the rest', async () => {
    let closed = false;
    const raw = await origin((socket) => {
      socket.once('close', () => (closed = true));
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n1234');
    });
    const inbound = await dialerTo(raw.url).dial(outbound());
    (inbound.body as Body).cancel();
    await until('the origin is let go', () => closed);
  });

  it('says who answered', async () => {
    const raw = await origin((socket) => void socket.write(ok));
    const inbound = await dialerTo(raw.url.replace('127.0.0.1', 'localhost'), {
      mayDial: (address) => address === '127.0.0.1',
    }).dial(outbound());
    expect(inbound.address).toBe(`127.0.0.1:${raw.port}`);
  });
});
