import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { recordingOrigin, type Answering, type RecordingOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { readAnswers, speak } from '../support/wire.ts';

let origin: RecordingOrigin;
let running: Edge;
const sockets: Socket[] = [];

async function start(
  engine: 'own' | 'node',
  answering?: Answering,
  listen: DocumentInput['listen'] = {},
): Promise<void> {
  origin = await recordingOrigin(answering);
  running = await edge({ ...everythingTo(origin.url), listen: { ...listen, engine } });
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await running.close();
  await origin.close();
});

interface Talk {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: () => boolean;
  readonly ended: () => boolean;
}

async function talk(): Promise<Talk> {
  const socket = connect({ port: running.port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let text = '';
  let closed = false;
  let ended = false;
  socket.setEncoding('latin1').on('data', (more: string) => (text += more));
  socket.on('end', () => (ended = true)).on('close', () => (closed = true));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, text: () => text, closed: () => closed, ended: () => ended };
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const statuses = (text: string, ended = false): number[] =>
  readAnswers(text, ended).answers.map(({ status }) => status);
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const engines = ['own', 'node'] as const;

describe.each(engines)('a connection of the engine `%s`', (engine) => {
  it('answers requests that come together in their order, the slow one first', async () => {
    await start(engine, (incoming, outgoing) => {
      setTimeout(() => outgoing.end(incoming.url), incoming.url === '/1' ? 60 : 0);
    });
    const spoken = await speak(running.port, get('/1') + get('/2') + get('/3'), { expected: 3 });
    expect(spoken.answers.map(({ body }) => body)).toEqual(['/1', '/2', '/3']);
  });

  it('says nothing behind an answer that announced the end, and closes', async () => {
    await start(engine);
    const spoken = await speak(running.port, get('/1', 'Connection: close\r\n') + get('/2'), { expected: 9 });
    expect([spoken.closed, spoken.answers.length]).toEqual([true, 1]);
    expect(spoken.answers[0]?.headers.get('connection')).toBe('close');
    expect(origin.requests.map(({ url }) => url)).toEqual(['/1']);
  });

  it('keeps HTTP/1.0 where it is asked to, and frames by length', async () => {
    await start(engine, (_, outgoing) => outgoing.setHeader('content-length', 2).end('ok'));
    const kept = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
    const spoken = await speak(running.port, kept + kept, { expected: 2 });
    expect(spoken.answers.map(({ body }) => body)).toEqual(['ok', 'ok']);
    expect(spoken.answers[0]?.headers.get('connection')).toBe('keep-alive');
    expect((await speak(running.port, 'GET / HTTP/1.0\r\n\r\n', { expected: 9 })).closed).toBe(true);
  });

  it('ends a body without length for HTTP/1.0 by closing', async () => {
    await start(engine, (_, outgoing) => {
      outgoing.write('one ');
      setTimeout(() => outgoing.end('two'), 10);
    });
    const spoken = await speak(running.port, 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', { expected: 9 });
    expect(spoken.answers.map(({ body }) => body)).toEqual(['one two']);
    expect(spoken.answers[0]?.headers.get('transfer-encoding')).toBeUndefined();
  });

  it('says how long a GET would be to HEAD, without its body', async () => {
    await start(engine, (_, outgoing) => outgoing.setHeader('content-length', 5).end('hello'));
    const head = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n';
    const spoken = await speak(running.port, head + head, { expected: 2, headOnly: true });
    expect(spoken.answers.map(({ headers }) => headers.get('content-length'))).toEqual(['5', '5']);
    expect(spoken.rest).toBe('');
  });

  it('closes a connection that has been idle for too long, and one that was never used', async () => {
    await start(engine, undefined, { limits: { keepAlive: '100ms', headerTimeout: '400ms' } });
    const used = await talk();
    used.socket.write(get('/'));
    const unused = await talk();
    await until('both are closed', () => used.ended() && unused.ended());
    expect(statuses(used.text())).toEqual([200]);
    expect(statuses(unused.text()).filter((status) => status !== 408)).toEqual([]);
  });

  it('a head that comes in bits is given its time once, not with every bit', async () => {
    await start(engine, undefined, { limits: { headerTimeout: '300ms' } });
    const slow = await talk();
    slow.socket.write('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => void slow.socket.write('X: y\r\n'), 20);
    await until('it is ended', slow.ended);
    clearInterval(drip);
    expect(statuses(slow.text())).toEqual([408]);
    expect(origin.requests).toEqual([]);
  });

  it('takes the end of a head that is not whole for what it is', async () => {
    await start(engine);
    const half = await talk();
    half.socket.end('GET / HTTP/1.1\r\nHost: a\r\n');
    await until('it is ended', half.ended);
    expect(statuses(half.text())).toEqual([400]);
  });

  it('at the end of the shutdown: idle connections are closed, the answer under way is whole', async () => {
    await start(engine, (_, outgoing) => void setTimeout(() => outgoing.end('late'), 200), { shutdown: '3s' });
    const idle = await talk();
    const busy = await talk();
    busy.socket.write(get('/1'));
    await until('it is at the origin', () => origin.requests.length === 1);
    const closing = running.serving.close();
    await until('the answer is there', () => statuses(busy.text()).length === 1);
    expect(busy.text().toLowerCase()).toContain('connection: close');
    idle.socket.on('end', () => idle.socket.end());
    busy.socket.end();
    await closing;
    await until('the idle one is closed', () => idle.closed() || idle.ended());
    expect(running.logged.join('\n')).not.toContain('cut off');
  });
});

describe('what only our own engine does', () => {
  it('reads what is behind an answer only when that is given, and not without bound', async () => {
    let release = (): void => {};
    await start('own', (incoming, outgoing) => {
      if (incoming.url === '/first') release = () => void outgoing.end();
      else outgoing.end();
    });
    const many = await talk();
    many.socket.write(get('/first'));
    await until('the first is at the origin', () => origin.requests.length === 1);
    const piece = get('/behind').repeat(1000);
    let written = 0;
    while (written < 64 * 1_048_576 && many.socket.writableLength < 8 * 1_048_576) {
      many.socket.write(piece);
      written += piece.length;
      if (written % 1_048_576 < piece.length) await pause(1);
    }
    // Nobody takes it: the sender is held.
    expect(many.socket.writableLength).toBeGreaterThan(1_048_576);
    expect(origin.requests.length).toBe(1);
    release();
    await until('the others follow', () => origin.requests.length > 20);
    expect(new Set(statuses(many.text()))).toEqual(new Set([200]));
  });

  it('answers no more requests than the viewer takes answers', async () => {
    await start('own', (_, outgoing) => outgoing.end('x'.repeat(500_000)));
    const greedy = await talk();
    greedy.socket.pause();
    greedy.socket.write(get('/').repeat(100));
    await until('some were asked', () => origin.requests.length > 3);
    await pause(300);
    const held = origin.requests.length;
    await pause(200);
    expect(origin.requests.length).toBe(held);
    expect(held).toBeLessThan(60);
    greedy.socket.resume();
    await until('he gets them all', () => greedy.text().length > 100 * 500_000);
    expect(statuses(greedy.text()).length).toBe(100);
  });

  it('a viewer who has said all he had to say gets the rest of an answer of known length', async () => {
    let more = (): void => {};
    await start('own', (_, outgoing) => {
      outgoing.setHeader('content-length', 6).write('one');
      more = () => void outgoing.end('two');
    });
    const half = await talk();
    half.socket.end(get('/'));
    // He is taken for gone while nothing is there yet, so the end is said once the answer has begun.
    await until('he is let go', half.ended);
    const patient = await talk();
    patient.socket.write(get('/'));
    await until('the first half is there', () => patient.text().endsWith('one'));
    patient.socket.end();
    await pause(30);
    more();
    await until('it is ended', patient.ended);
    expect(readAnswers(patient.text(), true).answers.map(({ body }) => body)).toEqual(['onetwo']);
  });

  it('an origin that sends less than it said: the answer is broken off, and the log says so', async () => {
    await start('own', (_, outgoing) => {
      outgoing.setHeader('content-length', 10).write('12345');
      setTimeout(() => outgoing.destroy(), 20);
    });
    const spoken = await speak(running.port, get('/'), { expected: 9 });
    expect([spoken.closed, spoken.answers]).toEqual([true, []]);
    expect(running.logged.join('\n')).toContain('an answer broke off');
  });

  it('a large answer from memory goes out in pieces to a reader who takes his time', async () => {
    const size = 24 * 1_048_576;
    running = await edge({
      origins: {},
      routes: { 'GET /': { to: { use: 'mock', with: { status: 200, body: 'x'.repeat(size) } } } },
      listen: { engine: 'own' },
    });
    origin = await recordingOrigin();
    const read = await new Promise<number>((resolve, reject) => {
      request(`${running.url}/`, (incoming) => {
        let got = 0;
        incoming.pause();
        setTimeout(() => incoming.resume(), 100);
        incoming.on('data', (chunk: Buffer) => (got += chunk.length));
        incoming.on('end', () => resolve(got)).on('error', reject);
      })
        .on('error', reject)
        .end();
    });
    expect(read).toBe(size);
  });

  it('is the one that speaks when the document says nothing', async () => {
    origin = await recordingOrigin();
    running = await edge(everythingTo(origin.url));
    const spoken = await speak(running.port, `GET / HTTP/1.1 \r\nHost: a\r\n\r\n`);
    const record = running.records.find(({ code }) => code === 'wire.malformed');
    expect(spoken.answers[0]?.status).toBe(400);
    expect(JSON.stringify(record?.steps)).toContain('request-line');
  });
});
