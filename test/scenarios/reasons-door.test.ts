import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../src/gateway/keyring.ts';
import { nodeDigest } from '../../src/net/digest.ts';
import { answerWith, visit, type Visit, type VisitRequest } from '../../src/testing/visit.ts';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { recordingOrigin, type RecordingOrigin } from '../support/origin.ts';
import { speak } from '../support/wire.ts';

/** Each reason of the front door, provoked, with the code that the record then has. */

const shop = { origins: { shop: { url: 'http://shop.test' } } };

describe('what is no request', () => {
  const rows: readonly (readonly [code: string, status: number, request: VisitRequest])[] = [
    ['admit.target-form', 400, { target: 'http://elsewhere.test/' }],
    ['admit.target-form', 400, { target: '*', method: 'OPTIONS' }],
    ['admit.target-character', 400, { target: '/a\\b' }],
    ['admit.target-character', 400, { target: '/a%00b' }],
    ['admit.target-escape', 400, { target: '/a%zz' }],
    ['admit.target-escape', 400, { target: '/a%ff' }],
    ['admit.target-encoded-slash', 400, { target: '/a%2fb' }],
    ['admit.target-dot-segment', 400, { target: '/a/../b' }],
    ['admit.target-empty-segment', 400, { target: '/a//b' }],
    ['admit.target-long', 414, { target: `/${'a'.repeat(9000)}` }],
    ['admit.method', 405, { method: 'TRACE' }],
    ['admit.method', 405, { method: 'G T' }],
    [
      'admit.host',
      400,
      {
        headers: [
          ['Host', 'a.test'],
          ['Host', 'b.test'],
        ],
      },
    ],
    ['admit.header-count', 431, { headers: Array.from({ length: 101 }, (_, at) => [`x-${at}`, '1'] as const) }],
    ['admit.length', 400, { headers: { 'content-length': '1,1' } }],
    [
      'admit.length',
      400,
      {
        headers: [
          ['content-length', '1'],
          ['content-length', '1'],
        ],
      },
    ],
    ['admit.transfer-encoding', 400, { headers: { 'transfer-encoding': 'gzip, chunked' } }],
  ];
  let door: Visit;
  beforeAll(async () => {
    door = await visit({ document: { ...shop, routes: { 'ANY /{proxy+}': { to: 'shop' } } } });
  });
  afterAll(() => door.close());

  it(`has ${rows.length} rows`, () => expect(rows.length).toBeGreaterThanOrEqual(17));

  it.each(rows)('%s %i %j', async (code, status, request) => {
    const answer = await door.send(request);
    expect([answer.record.code, answer.status]).toEqual([code, status]);
    expect(door.asked).toEqual([]);
  });
});

describe('what does not even become one', () => {
  const host = 'Host: edge.test\r\n';
  const rows: readonly (readonly [code: string, status: number, bytes: string])[] = [
    ['wire.malformed', 400, 'hello\r\n\r\n'],
    ['wire.header-bytes', 431, `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['wire.slow', 408, `POST / HTTP/1.1\r\n${host}Content-Length: 9\r\nX: `],
    ['wire.connect', 405, 'CONNECT edge.test:443 HTTP/1.1\r\nHost: edge.test:443\r\n\r\n'],
    ['wire.expectation', 417, `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nExpect: tea\r\n\r\n`],
    ['admit.version', 505, `GET / HTTP/2.0\r\n${host}\r\n`],
  ];
  let origin: RecordingOrigin;
  let running: Edge;
  beforeAll(async () => {
    origin = await recordingOrigin();
    running = await edge({
      ...everythingTo(origin.url),
      listen: { limits: { headerTimeout: '150ms', requestTimeout: '300ms' } },
    });
  });
  afterAll(async () => {
    await running.close();
    await origin.close();
  });

  it.each(rows)('%s %i', async (code, status, bytes) => {
    const before = running.records.length;
    const { answers } = await speak(running.port, bytes);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    await expect.poll(() => running.records.slice(before).map((record) => record.code)).toEqual([code]);
    expect(origin.requests).toEqual([]);
  });
});

describe('throttles', () => {
  const limit = { rate: 0.001, burst: 1 };

  it('gateway.throttle.address: each address has its own bucket', async () => {
    const made = await visit({
      document: { ...shop, throttles: { perAddress: limit }, routes: { 'GET /': { to: 'shop' } } },
    });
    expect((await made.send({ address: '192.0.2.1' })).status).toBe(200);
    const again = await made.send({ address: '192.0.2.1' });
    expect([again.status, again.record.code]).toEqual([429, 'gateway.throttle.address']);
    expect((await made.send({ address: '192.0.2.2' })).status).toBe(200);
    // Of IPv6 it is the /64, or everybody would have as many buckets as he has addresses.
    expect((await made.send({ address: '2001:db8:0:1::1' })).status).toBe(200);
    expect((await made.send({ address: '2001:db8:0:1:ffff::2' })).record.code).toBe('gateway.throttle.address');
    expect((await made.send({ address: '2001:db8:0:2::1' })).status).toBe(200);
    await made.close();
  });

  it('gateway.throttle.key: each key has its own bucket', async () => {
    const made = await visit({
      document: { ...shop, throttles: { perKey: limit }, routes: { 'GET /': { to: 'shop', key: 'required' } } },
    });
    const { key } = await createKey(made.app.ports.records, nodeDigest, {
      name: 'acme',
      now: 0,
      tenant: null,
      expiresAt: null,
    });
    expect((await made.send({ headers: { 'x-api-key': key } })).status).toBe(200);
    const again = await made.send({ headers: { 'x-api-key': key } });
    expect([again.status, again.record.code]).toEqual([429, 'gateway.throttle.key']);
    await made.close();
  });
});

describe('once', () => {
  const document = { ...shop, routes: { 'POST /hook': { to: 'shop', once: { header: 'x-delivery' } } } };
  const deliver = (made: Visit, id?: string) =>
    made.send({ method: 'POST', target: '/hook', headers: id === undefined ? {} : { 'x-delivery': id } });

  it('gateway.once.missing: no id, or one that is too long', async () => {
    const made = await visit({ document });
    for (const answer of [await deliver(made), await deliver(made, 'x'.repeat(201))])
      expect([answer.status, answer.record.code]).toEqual([400, 'gateway.once.missing']);
    expect(made.asked).toEqual([]);
    await made.close();
  });

  it('gateway.once.running, and gateway.once.repeated when it is through', async () => {
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const made = await visit({
      document,
      origin: async (asked) => {
        await held;
        return answerWith(200, 'text/plain', 'taken')(asked);
      },
    });
    const first = deliver(made, 'd1');
    await expect.poll(() => made.asked.length).toBe(1);
    const beside = await deliver(made, 'd1');
    expect([beside.status, beside.record.code]).toEqual([409, 'gateway.once.running']);
    letGo();
    expect((await first).status).toBe(200);
    const after = await deliver(made, 'd1');
    expect([after.status, after.record.code]).toEqual([202, 'gateway.once.repeated']);
    expect(made.asked).toHaveLength(1);
    await made.close();
  });
});
