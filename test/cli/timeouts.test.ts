import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../src/base/clock.ts';
import { Fault } from '../../src/base/fault.ts';
import { timeouts } from '../../src/cli/commands/timeouts.ts';
import type { DocumentInput } from '../../src/config/document.ts';
import { Body } from '../../src/http/body.ts';
import { HeaderList } from '../../src/http/headers.ts';
import type { OpenDialer } from '../../src/ports/dialer.ts';
import { recordsOf } from '../../src/lab/origin-times.ts';
import { sallyport } from '../../src/pipeline/app.ts';
import { temporaryFolder } from '../support/folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder.remove();
  process.exitCode = undefined;
});

const documentWith = (shop: object, more: object = {}): DocumentInput => ({
  store: { use: 'memory' },
  logging: { sinks: [{ use: 'file', with: { path: 'decisions.log' } }] },
  routes: {
    'GET /orders/{id}': { to: 'shop' },
    'POST /orders': { to: 'shop' },
    'GET /hello': { to: 'other' },
    'GET /no': { to: { use: 'mock', with: { status: 204 } } },
  },
  origins: {
    shop: { url: 'http://shop.test', retries: 1, timeouts: shop },
    other: { url: 'http://other.test', timeouts: { firstByte: '2s', total: '2s' } },
  },
  ...more,
});

/** What the origin does: answer after so many milliseconds, let time run out, or be unreachable for so long. */
type Doing = number | 'late' | 'gone';

/** Runs a line whose origin turns the clock, over the file sink; returns the log's path. */
async function logged(document: DocumentInput, asked: readonly (readonly [string, string, Doing?])[]): Promise<string> {
  const clock = manualClock();
  let doing: Doing = 0;
  const openDialer: OpenDialer = () => ({
    async dial(request) {
      if (doing === 'late') {
        clock.turn(request.firstByteMs);
        throw new Fault('integration.origin.timeout', 'origin', 'the origin did not answer in time', { status: 504 });
      }
      if (doing === 'gone') {
        clock.turn(7);
        throw new Fault('integration.origin.connect', 'origin', 'refused', { retry: true });
      }
      clock.turn(doing);
      return {
        status: 200,
        headers: HeaderList.of({ 'content-length': '2' }),
        body: Body.of('ok'),
        address: '192.0.2.1:80',
      };
    },
    async close() {},
  });
  const app = await sallyport({ document, folder: folder.path, ports: { clock, openDialer } });
  for (const [method, target, does = 0] of asked) {
    doing = does;
    await app.handle(
      { method, target, version: '1.1', headers: HeaderList.of({ host: 'api.test' }), body: null },
      { address: '192.0.2.9', peer: '192.0.2.9', port: 1, localAddress: '192.0.2.1', localPort: 80, secure: false },
    );
    clock.turn(50);
  }
  await app.close();
  return join(folder.path, 'decisions.log');
}

async function command(
  document: DocumentInput,
  ...args: string[]
): Promise<{ code: unknown; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  folder.write('sallyport.config.json', JSON.stringify(document));
  const program = new Command('sallyport');
  timeouts(program, { out: (line) => void out.push(line), err: (line) => void err.push(line), isTty: false });
  await program.parseAsync(['timeouts', '-c', join(folder.path, 'sallyport.config.json'), ...args], { from: 'user' });
  return { code: process.exitCode, out: out.join('\n'), err: err.join('\n') };
}

/** A thousand requests: 1 to 1000 ms, so that each percentile is its own number. */
const spread = Array.from({ length: 1000 }, (_, at) => ['GET', `/orders/${at}`, at + 1] as const);

describe('what a line writes down', () => {
  it('is the time of the origin alone, all attempts together, and null where none was asked', async () => {
    const log = await logged(documentWith({ firstByte: '3s', total: '3s' }), [
      ['GET', '/orders/1', 42],
      ['GET', '/orders/2', 'late'],
      ['GET', '/orders/3', 'gone'],
      ['GET', '/no'],
    ]);
    expect(recordsOf(readFileSync(log, 'utf8')).map(({ status, originMs }) => [status, originMs])).toEqual([
      [200, 42],
      [504, 3000],
      [502, 14],
      [204, null],
    ]);
  });
});

describe('sallyport timeouts', () => {
  it('measures, keeps what fits, and reckons concurrency and its price', async () => {
    const document = documentWith({ firstByte: '2s', total: '3s' });
    const log = await logged(document, [...spread, ['GET', '/orders/x', 'gone']]);
    const { code, out } = await command(document, log, '--json', '--rate', '40');
    expect(code).toBe(0);
    const said = JSON.parse(out) as Record<string, never>;
    expect(said).toMatchObject({
      ok: true,
      measured: {
        records: 1001,
        routes: [
          { name: 'GET /orders/{id}', count: 1001, p50: 500, p99: 990, p999: 999, max: 1000, failures: 1, cutOff: 0 },
        ],
      },
      origins: [{ origin: 'shop', present: 2000, proposed: '2s', verdict: 'fits' }],
      // 40 a second, each 990 ms at p99: 39.6 at a time.
      lambda: { timeout: '3s', reservedConcurrency: 40, rate: 40, memoryMb: 512, says: null },
    });
    const { worstHour } = said as unknown as { worstHour: { requests: number; function: number; api: number } };
    expect(worstHour.requests).toBe(288_000); // 40 containers, two requests of 500 ms a second each
    expect(worstHour.function).toBeCloseTo(0.288 * 0.2 + 40 * 3600 * 0.5 * 0.0000133334, 4);
    expect(worstHour.api).toBeCloseTo(0.288);
  });

  it('less patience than one in a thousand needs: 1, and what to write', async () => {
    const document = documentWith({ firstByte: '2s', total: '3s' });
    const log = await logged(document, spread);
    const { code, out } = await command(documentWith({ firstByte: '900ms' }), log);
    expect(code).toBe(1);
    expect(out).toMatch(/^GET \/orders\/\{id\} +1000 +500\.0 +990\.0 +999\.0 +1000\.0 +0$/m);
    expect(out).toMatch(/^shop +900ms +2s +too short +one in a thousand takes 999 ms and more$/m);
    expect(out).toContain('The function: timeout 3s, reserved concurrency ');
  });

  it('patience that nobody ever needed: 1', async () => {
    const document = documentWith({});
    const { code, out } = await command(document, await logged(document, [['GET', '/orders/1', 80]]));
    expect(code).toBe(1);
    expect(out).toMatch(/^shop +30s +1s +far too long +the slowest took 80 ms; .* hold a container for 30s$/m);
    expect(out).toContain('Fewer than 1000 requests to shop');
  });

  it('what was given up says that more is needed, not that all was quick', async () => {
    const document = documentWith({ firstByte: '3s' });
    const log = await logged(document, [
      ['GET', '/orders/1', 10],
      ['GET', '/orders/2', 'late'],
      ['GET', '/hello', 1500],
    ]);
    const { code, out } = await command(document, log);
    expect(code).toBe(1);
    expect(out).toMatch(/^shop +3s +6s +too short +1 of 2 were given up after 3s: /m);
    expect(out).toMatch(/^other +2s +2s +keep/m);
  });

  it('an origin too slow for API Gateway: 1, and the other way to do it', async () => {
    const document = documentWith({ firstByte: '40s', total: '40s' });
    const { code, out } = await command(document, await logged(document, [['GET', '/orders/1', 20_000]]));
    expect(code).toBe(1);
    expect(out).toContain('use webhook mode (WebhookForwarder)');
  });

  it('takes lines as CloudWatch and `aws logs tail` wrap them', async () => {
    const document = documentWith({ firstByte: '2s' });
    const [first = '', second = ''] = readFileSync(
      await logged(document, [
        ['GET', '/orders/1', 300],
        ['GET', '/orders/2', 400],
      ]),
      'utf8',
    ).split('\n');
    const tail = folder.write(
      'tail.log',
      [
        `2026-11-22T05:00:00+00:00 stream ${first}`,
        JSON.stringify({ timestamp: 1, message: JSON.parse(second) as unknown }),
        'INIT_START',
        first.slice(0, 90),
        JSON.stringify({ message: second }),
      ].join('\n'),
    );
    const { code, out } = await command(document, tail, '--json');
    expect([code, (JSON.parse(out) as { measured: object }).measured]).toMatchObject([
      0,
      { records: 3, peakPerSecond: 3 },
    ]);
  });

  const wrong: readonly (readonly [string, string, RegExp, readonly string[]])[] = [
    ['no records', 'nothing\n', /has no decision records/, []],
    [
      'a log of before',
      '{"kind":"decision","time":"2026-01-01T00:00:00.000Z","ms":1}\n',
      /none of the 1 decisions/,
      [],
    ],
    ['no number', '', /--memory is a number from 128, not much/, ['--memory', 'much']],
    ['no rate', '', /--rate is a number above 0, not 0/, ['--rate', '0']],
  ];
  it.each(wrong)('%s: 2, with words', async (_, text, message, more) => {
    const { code, err } = await command(documentWith({}), folder.write('a.log', text), ...more);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('the log of another document: 2', async () => {
    const document = documentWith({});
    const log = await logged(document, [['GET', '/orders/1', 80]]);
    const { routes: _, origins: __, ...rest } = document;
    const other = { ...rest, routes: { 'ANY /{proxy+}': { to: 'm' } }, origins: { m: { url: 'http://m.test' } } };
    expect(await command(other, log)).toMatchObject({
      code: 2,
      err: expect.stringContaining('(shop) are none of this') as string,
    });
  });
});
