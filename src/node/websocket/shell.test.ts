import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { HeaderList } from '../../http/headers.ts';
import { shakeHands } from '../../net/socket-origin.ts';
import { PassApi } from '../../socket/pass.ts';
import { Registry } from '../../socket/registry.ts';
import { Session } from '../../socket/session.ts';
import { Upgrades } from '../../socket/upgrades.ts';
import { readHandshake } from '../../wire/ws/handshake.ts';
import { defaultLimits } from '../../wire/ws/terms.ts';
import { viewerOf } from '../address.ts';
import { SocketShell } from './shell.ts';

const facts = {
  connectionId: 'x',
  connectedAt: 0,
  apiId: '',
  stage: '',
  domainName: '',
  sourceIp: '127.0.0.1',
  userAgent: undefined,
  authorizer: null,
  stageVariables: null,
};

/** A shell whose every handshake passes through to `port`. */
function passing(port: number): SocketShell {
  const upgrades = new Upgrades();
  const api = new PassApi({
    limits: defaultLimits,
    registry: new Registry(),
    meter: null,
    overRate: 'drop',
    inspect: null,
    observe: () => undefined,
    now: Date.now,
  });
  return new SocketShell({
    upgrades,
    now: Date.now,
    viewer: viewerOf([]),
    async handle(request: HttpRequest): Promise<HttpResponse> {
      const handshake = readHandshake({ method: 'GET', version: '1.1', values: (name) => request.headers.all(name) });
      if (handshake.kind === 'refusal') throw new Error(handshake.says);
      const origin = connect({ port, host: '127.0.0.1' });
      const ask = { target: '/', headers: [['Host', 'x']] as const, protocols: [], extensions: null, timeoutMs: 5000 };
      const answer = await shakeHands(origin, { ...ask, key: handshake.key });
      if (answer.kind !== 'open') throw new Error(answer.kind);
      const agreed = { header: null, terms: null };
      const session = new Session(facts, null);
      const said = { protocol: undefined, headers: [], agreed, origin, originHead: answer.head };
      upgrades.offer(request, { api, session, handshake, ...said });
      return { status: 101, headers: HeaderList.empty, body: null, from: { by: 'integration', name: 'origin' } };
    },
  });
}

it('says 1001 to connections that pass through one after the other, spread over the window', async () => {
  const origin = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise<void>((done) => void origin.once('listening', done));
  const shell = passing((origin.address() as AddressInfo).port);
  const server = createServer().on('upgrade', (request, socket, head) => shell.upgrade(request, socket, head));
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const ended: Promise<number>[] = [];
  let gone = 0;
  for (let i = 0; i < 4; i++) {
    const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    ended.push(new Promise((done) => void ws.once('close', done)));
    ws.once('close', () => gone++);
    await new Promise<void>((done) => void ws.once('open', () => done()));
  }
  const after: number[] = [];
  // A step begins when who was told in the step before has gone: were all told at once, more would have.
  const told = await shell.drain(200, async (ms) => {
    expect(ms).toBe(50);
    await ended[after.length];
    await new Promise((done) => void setImmediate(done));
    after.push(gone);
  });
  expect([told, after]).toEqual([4, [1, 2, 3]]);
  expect(await Promise.all(ended)).toEqual([1001, 1001, 1001, 1001]);
  shell.close();
  server.close();
  origin.close();
});
