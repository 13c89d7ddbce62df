import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { shakeHands } from '../../net/socket-origin.ts';
import { agreedThrough, offersThrough } from '../../wire/ws/extensions-through.ts';
import { readHandshake, type Handshake } from '../../wire/ws/handshake.ts';
import type { Passage } from '../../wire/ws/relay.ts';
import { defaultLimits, type Limits } from '../../wire/ws/terms.ts';
import { answerRefusal, headOf } from './accept.ts';
import { nodeDeflater } from './deflater.ts';
import type { PassListener, PassThrough } from './pass-through.ts';
import { passUpgrade } from './pass-upgrade.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const thing of open.splice(0)) thing.close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

interface Stage {
  readonly url: string;
  readonly heard: string[];
  readonly closed: string[];
  readonly passes: PassThrough[];
  readonly outcomes: string[];
  readonly origin: WebSocketServer;
  readonly headers: Record<string, string | string[] | undefined>[];
}

/** A `ws` origin that echoes, and our edge in front of it. */
async function stage(options: {
  readonly inspect?: (text: string, pass: PassThrough) => Passage | Promise<Passage>;
  readonly limits?: Partial<Limits>;
  readonly compress?: boolean;
  readonly refuse?: boolean;
}): Promise<Stage> {
  const heard: string[] = [];
  const headers: Stage['headers'] = [];
  const origin = new WebSocketServer({
    noServer: true,
    perMessageDeflate: options.compress === true ? { threshold: 0 } : false,
  });
  origin.on('connection', (socket, request) => {
    headers.push(request.headers);
    socket.on('message', (data, binary) => {
      heard.push((data as Buffer).toString());
      socket.send(data, { binary });
    });
  });
  const originHttp = createServer();
  originHttp.on('upgrade', (request, socket, head) => {
    if (options.refuse === true) socket.end('HTTP/1.1 403 Forbidden\r\nX-Why: no\r\nContent-Length: 4\r\n\r\nnope');
    else origin.handleUpgrade(request, socket, head, (ws) => origin.emit('connection', ws, request));
  });
  const originPort = await listen(originHttp);
  const closed: string[] = [];
  const passes: PassThrough[] = [];
  const outcomes: string[] = [];
  const listener: PassListener = {
    closed: (_pass, code, reason, by, why) => closed.push([code, reason, by, why].join('|')),
    ...(options.inspect === undefined
      ? {}
      : {
          inspect: (pass, bytes, start, end) =>
            options.inspect!(Buffer.from(bytes.subarray(start, end)).toString(), pass),
        }),
  };
  const edge = createServer();
  edge.on('upgrade', (request, client: Duplex, head: Buffer) => {
    const handshake = readHandshake(headOf(request));
    if (handshake.kind === 'refusal') return answerRefusal(client, handshake.status, 'no', handshake.headers, '');
    return void splice(handshake, client, head).then((outcome) => outcomes.push(outcome));
  });
  const splice = async (handshake: Handshake, socket: Duplex, head: Buffer): Promise<string> => {
    const far = await connected();
    const { key, protocols } = handshake;
    const extensions = options.compress === true ? offersThrough(handshake.extensions) : null;
    const headers = [
      ['Host', 'origin.internal'],
      ['x-api-key', 'of the edge'],
    ] as const;
    const answer = await shakeHands(far, { target: '/prod', headers, key, protocols, extensions, timeoutMs: 2000 });
    if (answer.kind !== 'open') {
      far.destroy();
      answerRefusal(socket, answer.kind === 'refused' ? answer.status : 502, 'no', [], '');
      return answer.kind;
    }
    passes.push(
      passUpgrade({
        client: socket,
        head,
        origin: far,
        originHead: answer.head,
        key,
        protocol: answer.protocol ?? undefined,
        headers: answer.headers,
        agreed: agreedThrough(answer.extensions, extensions !== null, listener.inspect !== undefined)!,
        limits: { ...defaultLimits, ...options.limits },
        listener,
        now: () => Date.now(),
        deflater: nodeDeflater(),
      }),
    );
    return 'open';
  };
  const connected = (): Promise<Duplex> =>
    new Promise((resolve, reject) => {
      const socket = connect(originPort, '127.0.0.1', () => resolve(socket));
      socket.on('error', reject);
    });
  const url = `ws://127.0.0.1:${await listen(edge)}/chat`;
  return { url, heard, closed, passes, outcomes, origin, headers };
}

async function client(
  url: string,
  compress = false,
): Promise<{ ws: WebSocket; got: string[]; ended: Promise<[number, string]> }> {
  const ws = new WebSocket(url, ['a', 'b'], { perMessageDeflate: compress ? { threshold: 0 } : false });
  const got: string[] = [];
  ws.on('message', (data) => got.push((data as Buffer).toString()));
  const ended = new Promise<[number, string]>(
    (resolve) => void ws.on('close', (code, why) => resolve([code, why.toString()])),
  );
  await new Promise((resolve, reject) => {
    ws.on('open', resolve);
    ws.on('error', reject);
  });
  return { ws, got, ended };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((next) => void setTimeout(next, 5));
}

describe('a connection that passes through', () => {
  it('carries messages of all sizes both ways, with the headers of the edge', async () => {
    const us = await stage({ inspect: () => 'forward', limits: { maxFrame: 1 << 20, maxMessage: 1 << 20 } });
    const { ws, got, ended } = await client(us.url);
    const sizes = [0, 1, 125, 126, 65_535, 65_536, 300_000];
    for (const size of sizes) ws.send('x'.repeat(size));
    await until(() => got.length === sizes.length);
    expect(got.map((text) => text.length)).toEqual(sizes);
    expect(us.heard.map((text) => text.length)).toEqual(sizes);
    expect(us.headers[0]).toMatchObject({ host: 'origin.internal', 'x-api-key': 'of the edge' });
    ws.close(4321, 'done');
    expect(await ended).toEqual([4321, 'done']);
    await until(() => us.closed.length === 1);
    expect(us.closed).toEqual(['4321|done|peer|']);
  });

  it('drops a message and tells the client, without the origin noticing', async () => {
    const us = await stage({
      inspect: (text, pass) => {
        if (!text.includes('attack')) return 'forward';
        pass.sendToClient('{"message":"Forbidden"}');
        return 'drop';
      },
    });
    const { ws, got } = await client(us.url);
    for (const text of ['one', 'attack', 'two']) ws.send(text);
    await until(() => got.length === 3);
    expect(us.heard).toEqual(['one', 'two']);
    expect(got.toSorted()).toEqual(['one', 'two', '{"message":"Forbidden"}'].toSorted());
    ws.terminate();
  });

  it('stops a connection with 1008 and sends the origin a goodbye', async () => {
    const us = await stage({
      inspect: (text, pass) => {
        if (text !== 'evil') return 'forward';
        pass.stop(1008, 'Blocked', 'rule');
        return 'stop';
      },
    });
    const { ws, ended } = await client(us.url);
    const left = new Promise((resolve) => void [...us.origin.clients][0]!.on('close', resolve));
    ws.send('fine');
    ws.send('evil');
    ws.send('late');
    expect(await ended).toEqual([1008, 'Blocked']);
    expect(await left).toBe(1001);
    expect(us.heard).toEqual(['fine']);
    await until(() => us.closed.length === 1);
    expect(us.closed).toEqual(['1008|Blocked|us|rule']);
  });

  it('keeps order while a verdict is awaited', async () => {
    const us = await stage({
      inspect: (text) => new Promise((resolve) => void setTimeout(() => resolve(text === 'b' ? 'drop' : 'forward'), 5)),
    });
    const { ws, got } = await client(us.url);
    for (const text of ['a', 'b', 'c', 'd']) ws.send(text);
    await until(() => got.length === 3);
    expect(got).toEqual(['a', 'c', 'd']);
    ws.terminate();
  });

  it('inspects compressed messages and lets a dropped one leave no trace', async () => {
    const seen: string[] = [];
    const us = await stage({
      compress: true,
      inspect: (text) => {
        seen.push(text);
        return text.includes('attack') ? 'drop' : 'forward';
      },
    });
    const { ws, got } = await client(us.url, true);
    expect(ws.extensions).toContain('permessage-deflate');
    const texts = ['hello hello hello', 'attack hello hello', 'hello hello hello again'];
    for (const text of texts) ws.send(text);
    await until(() => got.length === 2);
    expect(seen).toEqual(texts);
    expect(got).toEqual([texts[0], texts[2]]);
    ws.terminate();
  });

  it('looks at frames only when nobody inspects, and still refuses broken ones', async () => {
    const us = await stage({});
    const { ws, got, ended } = await client(us.url);
    ws.send('x');
    await until(() => got.length === 1);
    (ws as unknown as { _socket: Duplex })._socket.write(Buffer.from('f180000000 00'.replace(' ', ''), 'hex'));
    expect((await ended)[0]).toBe(1002);
    await until(() => us.closed.length === 1);
    expect(us.closed[0]).toContain('us|reserved-bit');
  });

  it('hands on an origin that refuses', async () => {
    const us = await stage({ refuse: true });
    const answer = await new Promise<[number | undefined, string]>((resolve) => {
      const ws = new WebSocket(us.url);
      ws.on('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve([response.statusCode, body]));
      });
    });
    expect(answer).toEqual([403, '']);
    expect(us.outcomes).toEqual(['refused']);
  });

  it('refuses a frame that is too big with 1009, which the origin never sees', async () => {
    const us = await stage({ inspect: () => 'forward' });
    const { ws, ended } = await client(us.url);
    ws.send('x'.repeat(33 * 1024));
    expect((await ended)[0]).toBe(1009);
    expect(us.heard).toEqual([]);
  });

  it('ends by its own clock', async () => {
    const us = await stage({ limits: { idleMs: 50 } });
    const { ended } = await client(us.url);
    await until(() => us.passes.length === 1);
    us.passes[0]!.tick(Date.now() + 60);
    expect(await ended).toEqual([1001, 'Going away']);
  });
});
