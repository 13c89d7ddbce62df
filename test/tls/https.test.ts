import { renameSync } from 'node:fs';
import {
  connect as connectHttp2,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { certificate, type Certificate } from '../support/certificate.ts';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { temporaryFolder } from '../support/folder.ts';
import { recordingOrigin, type Answering, type RecordingOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { speak } from '../support/wire.ts';

let origin: RecordingOrigin;
let running: Edge;
let folder: ReturnType<typeof temporaryFolder>;
let pair: Certificate;
const sessions: ClientHttp2Session[] = [];

beforeEach(() => {
  pair = certificate('first');
  folder = temporaryFolder({ 'edge.crt': pair.cert, 'edge.key': pair.key });
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await running.close();
  await origin.close();
  folder.remove();
});

async function start(document: Partial<DocumentInput> = {}, answering?: Answering): Promise<void> {
  origin = await recordingOrigin(answering);
  running = await edge(
    {
      ...everythingTo(origin.url),
      ...document,
      listen: { ...document.listen, tls: { cert: 'edge.crt', key: 'edge.key' } },
    },
    { folder: folder.path },
  );
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function session(): ClientHttp2Session {
  const made = connectHttp2(`https://localhost:${running.port}`, { ca: pair.cert });
  made.on('error', () => {});
  sessions.push(made);
  return made;
}

function overHttp2(on: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Got> {
  return new Promise((resolve, reject) => {
    const stream = on.request(headers, { endStream: body === undefined });
    let got: IncomingHttpHeaders = {};
    let text = '';
    stream.on('response', (given) => (got = given));
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    stream
      .on('error', reject)
      .on('close', () => resolve({ status: Number(got[':status'] ?? 0), headers: got, body: text }));
    if (body !== undefined) stream.end(body);
  });
}

function overHttp1(
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `https://localhost:${running.port}${path}`,
      { ca: pair.cert, agent: false, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        incoming
          .on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }))
          .on('error', reject);
      },
    );
    outgoing.on('error', reject).end(options.body);
  });
}

const tls = (protocols: string[] = []): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket: TLSSocket = connectTls(
      { port: running.port, host: 'localhost', ca: pair.cert, ALPNProtocols: protocols },
      () => resolve(socket),
    );
    socket.on('error', reject);
  });

/** One HTTP/2 frame: type, flags, stream, payload. */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const story: Partial<DocumentInput> = {
  rules: { map: { default: [{ name: 'method-and-path', params: { deny: ['/admin*'] } }] } },
  listen: { limits: { bodyBytes: 100 } },
};

describe('the same story over both protocols', () => {
  const ways: readonly (readonly [
    string,
    (path: string, options?: { readonly method?: string; readonly body?: string }) => Promise<Got>,
  ])[] = [
    ['HTTP/1.1 over TLS', overHttp1],
    [
      'HTTP/2',
      (path, options = {}) => overHttp2(session(), { ':path': path, ':method': options.method ?? 'GET' }, options.body),
    ],
  ];
  it.each(ways)('%s', async (_, ask) => {
    await start(story);
    const allowed = await ask('/orders?x=1');
    expect([allowed.status, allowed.body]).toEqual([200, 'from the origin\n']);
    expect(allowed.headers['x-sallyport-trace']).toMatch(/^[0-9A-Z]{26}$/);
    const posted = await ask('/orders', { method: 'POST', body: 'hello' });
    expect(posted.status).toBe(200);
    expect(origin.requests[1]).toMatchObject({ method: 'POST', url: '/orders', body: 'hello', complete: true });
    expect(origin.requests[1]?.headers).toMatchObject({
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `localhost:${running.port}`,
    });
    const denied = await ask('/admin/users');
    expect([denied.status, denied.headers['x-sallyport-code']]).toEqual([403, 'rules.denied']);
    expect((await ask('/orders', { method: 'POST', body: 'x'.repeat(101) })).status).toBe(413);
    expect((await ask('/a%2fb')).status).toBe(400);
    expect((await ask('/x', { method: 'HEAD' })).status).toBe(200);
    expect(origin.requests.filter((each) => each.complete).length).toBe(3);
  });
});

describe('HTTP/2', () => {
  it('many streams at once, each with its own answer', async () => {
    await start({}, (incoming, outgoing) => {
      setTimeout(() => outgoing.end(incoming.url), Math.random() * 10);
    });
    const on = session();
    const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => overHttp2(on, { ':path': `/${at}` })));
    expect(answers.map((answer) => answer.body)).toEqual(Array.from({ length: 60 }, (_, at) => `/${at}`));
  });

  it('a large body down and up, with back-pressure', async () => {
    await start({ listen: { limits: { bodyBytes: '100mb' } } }, (incoming, outgoing) => void incoming.pipe(outgoing));
    const body = Buffer.alloc(8 * 1_048_576, 'abcdefgh');
    const answer = await overHttp2(session(), { ':path': '/', ':method': 'POST' }, body);
    expect(answer.body.length).toBe(body.length);
    expect(answer.body === body.toString()).toBe(true);
  });

  it('the authority becomes the Host; another Host beside it is refused', async () => {
    await start();
    const on = session();
    expect((await overHttp2(on, { ':path': '/', ':authority': 'api.test' })).status).toBe(200);
    expect(origin.requests[0]?.headers['x-forwarded-host']).toBe('api.test');
    expect((await overHttp2(on, { ':path': '/', ':authority': 'api.test', host: 'api.test' })).status).toBe(200);
    const two = await overHttp2(on, { ':path': '/', ':authority': 'api.test', host: 'evil.test' });
    expect([two.status, two.headers['x-sallyport-code']]).toEqual([400, 'admit.host']);
  });

  it('cookie crumbs reach the origin as one field', async () => {
    await start();
    await overHttp2(session(), { ':path': '/', cookie: ['a=1', 'b=2', 'c=3'] });
    const { rawHeaders } = origin.requests[0] as { rawHeaders: readonly string[] };
    expect(rawHeaders.filter((_, at) => rawHeaders[at - 1]?.toLowerCase() === 'cookie')).toEqual(['a=1; b=2; c=3']);
  });

  it.each<[string, OutgoingHttpHeaders]>([
    ['a target that is no path', { ':path': 'admin' }],
    ['asterisk form', { ':path': '*', ':method': 'OPTIONS' }],
    ['dots', { ':path': '/a/../b' }],
    ['an encoded slash', { ':path': '/a%2fb' }],
  ])('%s is refused, or its stream reset', async (_, headers) => {
    await start();
    const status = await overHttp2(session(), headers).then(
      (answer) => answer.status,
      () => 0,
    );
    expect([0, 400]).toContain(status);
    expect(origin.requests).toEqual([]);
  });

  it.each([['TRACE'], ['TRA CE']])('method %s does not get through', async (method) => {
    await start();
    const status = await overHttp2(session(), { ':path': '/', ':method': method }).then(
      (answer) => answer.status,
      () => 0,
    );
    expect([0, 400, 405]).toContain(status);
    expect(origin.requests).toEqual([]);
  });

  it('fields that belong to a connection do not get through', async () => {
    await start();
    await overHttp2(session(), { ':path': '/', 'transfer-encoding': 'chunked' }).catch(() => {});
    await overHttp2(session(), { ':path': '/', connection: 'x' }).catch(() => {});
    expect((await overHttp2(session(), { ':path': '/good' })).status).toBe(200);
    expect(origin.requests.map((each) => each.url)).toEqual(['/good']);
  });

  it('a viewer who resets his stream: the origin is told, the others go on', async () => {
    await start({}, (incoming, outgoing) => {
      if (incoming.url === '/quick') outgoing.end('quick');
    });
    const on = session();
    const stream = on.request({ ':path': '/slow' });
    stream.on('error', () => {});
    await until('the origin was asked', () => origin.requests.length === 1);
    stream.close(constants.NGHTTP2_CANCEL);
    await until('the origin sees it aborted', () => origin.requests[0]?.aborted === true);
    expect((await overHttp2(on, { ':path': '/quick' })).body).toBe('quick');
  });

  it.each([
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR],
    ['CANCEL', constants.NGHTTP2_CANCEL],
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
  ])('a body broken off with %s never looks whole to the origin', async (_, code) => {
    await start();
    // Frames by hand: Node's own client ends a stream before it resets it.
    const socket = await tls(['h2']);
    const fields = [':method', 'POST', ':scheme', 'https', ':path', '/', ':authority', 'a'].map((text) =>
      Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]),
    );
    const block = Buffer.concat(fields.flatMap((field, at) => (at % 2 === 0 ? [Buffer.from([0]), field] : [field])));
    const errorCode = Buffer.alloc(4);
    errorCode.writeUInt32BE(code);
    socket.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        frame(4, 0, 0),
        frame(1, 4, 1, block),
        frame(0, 0, 1, Buffer.from('half')),
      ]),
    );
    await until('half is there', () => origin.requests[0]?.body === 'half');
    socket.write(frame(3, 0, 1, errorCode));
    await until(
      'the origin sees it break',
      () => origin.requests[0]?.aborted === true || origin.requests[0]?.complete === true,
    );
    expect(origin.requests[0]).toMatchObject({ aborted: true, complete: false });
    socket.destroy();
  });

  it('a refused body does not keep its stream open', async () => {
    await start(story);
    const on = session();
    const stream = on.request({ ':path': '/admin', ':method': 'POST' }, { endStream: false });
    stream.on('error', () => {});
    stream.write('a body that never ends');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
    expect(status).toBe(403);
    stream.resume();
    await closed;
  });

  it('an answer that breaks off resets its stream', async () => {
    await start({}, (_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '10' }).write('12345');
      setTimeout(() => outgoing.destroy(), 30);
    });
    await expect(overHttp2(session(), { ':path': '/' }).then((answer) => answer.body)).rejects.toThrow();
  });
});

describe('the certificate', () => {
  it('is read again when the files change, and a pair that is none is left', async () => {
    await start();
    const subject = async (): Promise<string> => {
      const socket = await new Promise<TLSSocket>((resolve, reject) => {
        const made: TLSSocket = connectTls({ port: running.port, host: 'localhost', rejectUnauthorized: false }, () =>
          resolve(made),
        );
        made.on('error', reject);
      });
      const name = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      return String(name);
    };
    expect(await subject()).toBe('first');
    folder.write('edge.crt', 'this is no certificate');
    await until('it is noticed', () => running.logged.some((line) => line.includes('the old one stays')));
    expect(await subject()).toBe('first');
    const second = certificate('second');
    renameSync(folder.write('new.key', second.key), `${folder.path}/edge.key`);
    renameSync(folder.write('new.crt', second.cert), `${folder.path}/edge.crt`);
    await until('it is taken up', async () => (await subject()) === 'second');
  });

  it('that cannot be read stops the start', async () => {
    await start();
    await expect(
      edge(
        { ...everythingTo(origin.url), listen: { tls: { cert: 'none.crt', key: 'edge.key' } } },
        { folder: folder.path },
      ),
    ).rejects.toThrow('listen.tls');
  });
});

describe('those who do not speak properly', () => {
  it('plain HTTP on the port is closed and harms nobody', async () => {
    await start();
    const spoken = await speak(running.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', { expected: 9 });
    expect(spoken.closed).toBe(true);
    expect((await overHttp1('/')).status).toBe(200);
  });

  it('a greeting that never comes, a header that never ends and a connection that is never used are closed', async () => {
    await start({ listen: { limits: { headerTimeout: '150ms', requestTimeout: '300ms', keepAlive: '200ms' } } });
    const silent = connectTcp(running.port, '127.0.0.1');
    const slow = await tls(['http/1.1']);
    slow.write('GET / HTTP/1.1\r\nHost: ');
    const idle = await tls(['h2']);
    const closed = [silent, slow, idle].map(
      (socket) =>
        new Promise<void>((resolve) =>
          socket
            .resume()
            .on('error', () => {})
            .once('close', () => resolve()),
        ),
    );
    await Promise.all(closed);
    expect(origin.requests).toEqual([]);
  });

  it('a body over HTTP/2 that never ends is let go', async () => {
    await start({ listen: { limits: { requestTimeout: '200ms' } } });
    const stream = session().request({ ':path': '/', ':method': 'POST' }, { endStream: false });
    stream.on('error', () => {});
    stream.write('abc');
    const status = await new Promise<number>((resolve) =>
      stream.once('response', (headers) => resolve(Number(headers[':status']))),
    );
    expect(status).toBe(408);
    await until('the origin is let go', () => origin.requests.every((each) => each.aborted && !each.complete));
  });
});

describe('closing', () => {
  it('lets what is in flight end over both protocols, and idle connections do not hold it up', async () => {
    await start({ listen: { shutdown: '3s' } }, (_, outgoing) => void setTimeout(() => outgoing.end('late'), 150));
    const idle = await tls(['http/1.1']);
    const answers = [overHttp1('/1'), overHttp2(session(), { ':path': '/2' })];
    await until('both are at the origin', () => origin.requests.length === 2);
    const closing = running.serving.close();
    expect((await Promise.all(answers)).map((answer) => answer.body)).toEqual(['late', 'late']);
    await closing;
    expect(running.logged.join('\n')).not.toContain('cut off');
    idle.destroy();
  });
});
