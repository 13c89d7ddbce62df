import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDocument } from '../../src/cli/load.ts';
import { run, type Running } from '../../src/cli/run.ts';
import memory from '../../src/stores/pages/memory.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { DecisionRecord } from '../../src/trace/record.ts';

const ADDRESS = '127.10.0.2';
const NEW = 'the new secret';
const OLD = 'the old secret';
const GITHUB = '140.82.115.9';

/** The shape of a push event, as GitHub's documentation describes it. */
const push = JSON.stringify({
  ref: 'refs/heads/main',
  before: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
  after: '59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5',
  repository: {
    id: 186853002,
    name: 'hello-world',
    full_name: 'octo-org/hello-world',
    private: true,
    owner: { name: 'octo-org', login: 'octo-org' },
  },
  pusher: { name: 'octocat', email: 'octocat@example.com' },
  sender: { login: 'octocat', id: 583231, type: 'User' },
  commits: [
    {
      id: '59b20b8d',
      message: 'Füge Umlaute hinzu ✓',
      timestamp: '2026-11-20T10:00:00Z',
      author: { name: 'Octo', email: 'octo@example.com' },
    },
  ],
});

describe('examples/private-origin', () => {
  let origin: Server;
  let running: Running;
  const records: DecisionRecord[] = [];
  const got: { readonly url: string | undefined; readonly body: string }[] = [];
  let status = 200;

  beforeAll(async () => {
    origin = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        got.push({ url: incoming.url, body: Buffer.concat(chunks).toString() });
        outgoing.writeHead(status, { 'content-type': 'text/plain' }).end('taken\n');
      });
    });
    await new Promise<void>((done) => origin.listen(0, ADDRESS, done));
    Object.assign(process.env, {
      ORIGIN_URL: `http://${ADDRESS}:${(origin.address() as AddressInfo).port}`,
      PORT: '0',
      ADMIN_PORT: '0',
      GITHUB_WEBHOOK_SECRET: NEW,
      GITHUB_WEBHOOK_SECRET_OLD: OLD,
    });
    const loaded = await loadDocument(
      resolve(import.meta.dirname, '../../examples/private-origin/sallyport.config.ts'),
    );
    const state = await memory.open({}, { clock: systemClock, folder: '.', warn() {} });
    running = await run(loaded, {
      state,
      sinks: [{ name: 'test', write: (record) => void records.push(record), flush: async () => {} }],
      log() {},
    });
  });
  afterAll(async () => {
    await running.close();
    await new Promise((done) => origin.close(done));
  });

  const sign = (body: string, secret: string): string =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const deliver = async (
    more: { body?: string; from?: string; headers?: Record<string, string>; path?: string } = {},
  ): Promise<Response> => {
    const body = more.body ?? push;
    return fetch(`${running.serving.url}${more.path ?? '/webhooks/github'}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/044aadd',
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': sign(body, NEW),
        'x-forwarded-for': more.from ?? GITHUB,
        ...more.headers,
      },
    });
  };
  const code = (): string | null | undefined => records.at(-1)?.code;

  it('forwards a signed delivery, byte for byte, to the path that the service has', async () => {
    const answer = await deliver();
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('taken\n');
    expect(got.at(-1)).toEqual({ url: '/internal/hooks', body: push });
  });

  it('takes the old secret while both are active', async () => {
    expect((await deliver({ headers: { 'x-hub-signature-256': sign(push, OLD) } })).status).toBe(200);
  });

  it.each([
    ['a signature of another body', { headers: { 'x-hub-signature-256': sign(`${push} `, NEW) } }, 401],
    ['a signature with another secret', { headers: { 'x-hub-signature-256': sign(push, 'guess') } }, 401],
    ['no hexadecimal signature', { headers: { 'x-hub-signature-256': 'sha256=zz' } }, 401],
    ['a sender outside the published ranges', { from: '203.0.113.50' }, 403],
    ['an event that the service does not know', { headers: { 'x-github-event': 'gollum' } }, 403],
    ['another path', { path: '/internal/hooks' }, 403],
    ['a body over the limit', { body: JSON.stringify({ much: 'x'.repeat(1_100_000) }) }, 413],
  ])('refuses %s', async (_, more, expected) => {
    const before = got.length;
    const answer = await deliver(more);
    expect(answer.status).toBe(expected);
    expect(code()).toBe('rules.denied');
    expect(got).toHaveLength(before);
  });

  it('forwards a redelivery once', async () => {
    const before = got.length;
    const id = { 'x-github-delivery': randomUUID() };
    expect((await deliver({ headers: id })).status).toBe(200);
    expect((await deliver({ headers: id })).status).toBe(202);
    expect(code()).toBe('gateway.once.repeated');
    expect(got).toHaveLength(before + 1);
  });

  it('lets a delivery that the service failed to take come again', async () => {
    const before = got.length;
    const id = { 'x-github-delivery': randomUUID() };
    status = 500;
    expect((await deliver({ headers: id })).status).toBe(500);
    status = 200;
    expect((await deliver({ headers: id })).status).toBe(200);
    expect(got).toHaveLength(before + 2);
  });

  it('throttles a flood', async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => deliver()));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((each) => each === 429).length).toBeGreaterThan(5);
    expect(answers.find((answer) => answer.status === 429)?.headers.get('retry-after')).toBe('1');
  });

  it('writes no secret and no signature into its records', () => {
    const text = JSON.stringify(records);
    expect(records.length).toBeGreaterThan(80);
    expect(text).not.toContain(NEW);
    expect(text).not.toContain(sign(push, NEW));
  });
});
