import { beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { App } from '../pipeline/app.ts';
import { queue } from './queue.ts';

beforeAll(async () => void (await import('../pipeline/app.ts')), 60_000);

const request = (path: string, more: object = {}): object => ({
  httpMethod: 'POST',
  path,
  headers: { Host: 'hooks.test', 'X-Hub-Signature-256': 'sha256=1' },
  multiValueHeaders: null,
  multiValueQueryStringParameters: { a: ['1', '2'] },
  requestContext: { identity: { sourceIp: '192.0.2.7' } },
  body: Buffer.from([0, 255, 10]).toString('base64'),
  isBase64Encoded: true,
  ...more,
});
const record = (messageId: string, body: unknown, arn = 'arn:aws:sqs:eu-west-1:1:hooks'): object => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  eventSourceARN: arn,
});

/** A line that answers each path with the status that it names; `/hang` never. */
function line(seen: HttpRequest[] = []): App {
  return {
    async handle(given: HttpRequest): Promise<HttpResponse> {
      seen.push(given);
      const [, what = '200'] = /^\/([a-z0-9]+)/.exec(given.target) ?? [];
      if (what === 'hang') return new Promise(() => {});
      if (what === 'throw') throw new Error('the line broke');
      const refused = what.startsWith('r');
      return {
        status: Number(what.replace('r', '')),
        headers: HeaderList.empty,
        body: Body.of('read to the end'),
        from: refused ? { by: 'refusal', code: 'rules.denied' } : { by: 'integration', name: 'target' },
      };
    },
    async settle() {},
    refresh: async () => true,
  } as unknown as App;
}

const run = async (records: readonly object[], left?: number) => {
  const lines: string[] = [];
  const seen: HttpRequest[] = [];
  const door = queue(line(seen), { write: (text) => lines.push(text), clock: manualClock() });
  const result = await door(
    { Records: records },
    left === undefined ? undefined : { getRemainingTimeInMillis: () => left },
  );
  return { again: result.batchItemFailures.map((each) => each.itemIdentifier), lines: lines.join('\n'), seen };
};

describe('a batch of requests from a queue', () => {
  it('gives each request to the line as it came: method, path, query, fields, bytes', async () => {
    const { again, seen } = await run([record('m1', request('/200'))]);
    expect(again).toEqual([]);
    expect(seen[0]).toMatchObject({ method: 'POST', target: '/200?a=1&a=2' });
    expect(seen[0]?.headers.get('x-hub-signature-256')).toBe('sha256=1');
    expect([...((await seen[0]?.body?.bytes()) ?? [])]).toEqual([0, 255, 10]);
  });

  const cases: readonly (readonly [name: string, path: string, again: boolean])[] = [
    ['an answer below 400 is delivered', '/204', false],
    ['what the rules refuse is dropped', '/r403', false],
    ['what a throttle refuses comes again', '/r429', true],
    ['what we could not do comes again', '/r503', true],
    ['an error of the target comes again, so that it ends with the dead letters', '/422', true],
    ['a failing target', '/500', true],
    ['a line that throws', '/throw', true],
  ];
  it.each(cases)('%s', async (_, path, again) => {
    const tried = await run([record('m1', request(path)), record('m2', request('/200'))]);
    expect(tried.again).toEqual(again ? ['m1'] : []);
    const code = path === '/throw' ? 'lambda.broken' : 'lambda.undelivered';
    if (again) expect(JSON.parse(tried.lines)).toMatchObject({ code, says: expect.stringContaining('message m1') });
  });

  it('reports what is no request, and delivers the rest', async () => {
    const { again, lines } = await run([
      record('m1', 'no JSON'),
      record('m2', { httpMethod: 'POST' }),
      record('m3', request('/200', { body: '*', isBase64Encoded: true })),
      record('m4', request('/200')),
    ]);
    expect(again).toEqual(['m1', 'm2', 'm3']);
    expect(lines).toContain('lambda.event-shape');
    expect(lines).toContain('lambda.event-base64');
  });

  it('answers before the function is stopped, with what is still out', async () => {
    const { again, lines } = await run([record('m1', request('/hang')), record('m2', request('/200'))], 520);
    expect(again).toEqual(['m1']);
    expect(lines).toContain('no answer in the time of the function');
  });

  it('keeps the order of a FIFO queue: nothing overtakes a failure', async () => {
    const fifo = 'arn:aws:sqs:eu-west-1:1:hooks.fifo';
    const { again, seen } = await run([
      record('m1', request('/200'), fifo),
      record('m2', request('/500'), fifo),
      record('m3', request('/200'), fifo),
    ]);
    expect(again).toEqual(['m2', 'm3']);
    expect(seen).toHaveLength(2);
  });

  it('takes nothing as done of an event that is no batch', async () => {
    const door = queue(line(), { write() {} });
    for (const event of [null, {}, { Records: {} }, { Records: [{ messageId: 'm' }] }])
      await expect(door(event)).rejects.toThrow('lambda.event-shape');
  });

  it('a document that cannot be loaded leaves everything in the queue', async () => {
    const lines: string[] = [];
    const door = queue({ document: { ruels: {} } }, { write: (text) => lines.push(text) });
    expect((await door({ Records: [record('m1', request('/200'))] })).batchItemFailures).toEqual([
      { itemIdentifier: 'm1' },
    ]);
    expect(lines.join('\n')).toContain('"code":"lambda.start"');
  });
});
