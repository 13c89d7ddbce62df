import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { Departure } from '../../../src/flow/departure.ts';
import { Body } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { serve } from '../../../src/node/serve.ts';
import { sallyport } from '../../../src/pipeline/app.ts';
import { accessFields, accessLine } from '../../../src/sinks/access-line.ts';
import type { AccessRecord } from '../../../src/trace/access.ts';
import type { DocumentInput } from '../../../src/config/document.ts';
import { recordingOrigin } from '../../support/origin.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { answer, cloudfront, distribution, seconds, type BehaviourInput, type Origin } from './parts.ts';

type Line = Readonly<Record<(typeof accessFields)[number], string>>;

const lineOf = (record: AccessRecord): Line => {
  const columns = accessLine(record, { location: 'TST1', domain: 'd1.test' }).split('\t');
  expect(columns).toHaveLength(33);
  return Object.fromEntries(accessFields.map((name, at) => [name, columns[at]])) as Line;
};

const logged = async (
  origin: Origin,
  behaviours: readonly BehaviourInput[],
  more: Omit<NonNullable<DocumentInput['edge']>, 'behaviours'> = {},
  rest: Partial<DocumentInput> = {},
) => {
  const lines: Line[] = [];
  const sink = { name: 'log', write() {}, access: (record: AccessRecord) => void lines.push(lineOf(record)) };
  const v = await distribution(origin, behaviours, more, rest, {
    ports: {
      sinks: [{ ...sink, flush: async () => {} }],
      readFile: () => 'function handler() { throw new Error("no"); }',
    },
  });
  return { v, lines };
};
const keep = { 'Cache-Control': 'max-age=60', ETag: '"e"', 'Content-Type': 'text/plain' };

describe('the access log', () => {
  it('T40 has the 33 columns of the standard log in their order', () => {
    expect(accessFields).toHaveLength(33);
    expect([accessFields[0], accessFields[13], accessFields[22], accessFields[28], accessFields[32]]).toEqual([
      'date',
      'x-edge-result-type',
      'x-edge-response-result-type',
      'x-edge-detailed-result-type',
      'sc-range-end',
    ]);
  });

  it('T40 says Miss, Hit, RefreshHit and Error, with the status that was shown', async () => {
    let broken = false;
    const { v, lines } = await logged(
      ({ headers, target }) => {
        if (target === '/page') return answer('sorry');
        if (broken) return answer('no', {}, 404);
        return headers.has('if-none-match') ? answer('', keep, 304) : answer('x', keep);
      },
      [{ cache: cloudfront({ errors: { '404': '0s' } }) }],
      { errors: { '404': { page: '/page', status: 200 } } },
    );
    await v.send({ target: '/a' });
    await v.send({ target: '/a' });
    v.clock.turn(seconds(61));
    await v.send({ target: '/a' });
    broken = true;
    await v.send({ target: '/b' });
    expect(lines.map((line) => [line['x-edge-result-type'], line['sc-status']])).toEqual([
      ['Miss', '200'],
      ['Hit', '200'],
      ['RefreshHit', '200'],
      ['Error', '200'],
    ]);
  });

  const dial =
    (code: string, status: number): Origin =>
    () => {
      throw new Fault(`integration.origin.${code}`, 'origin', 'no', { status });
    };
  const rows: readonly (readonly [
    type: string,
    detailed: string,
    status: string,
    origin: Origin,
    behaviour: BehaviourInput,
    request?: Parameters<Awaited<ReturnType<typeof distribution>>['send']>[0],
  ])[] = [
    ['Redirect', 'Redirect', '301', () => answer('x'), { viewerProtocol: 'redirect-to-https' }],
    ['Error', 'InvalidRequestMethod', '403', () => answer('x'), { methods: 'read' }, { method: 'PUT', body: 'x' }],
    ['Error', 'InvalidRequest', '403', () => answer('x'), { cache: cloudfront() }, { body: 'fat' }],
    ['Error', 'InvalidRequest', '400', () => answer('x'), {}, { target: '/a/../b' }],
    ['Error', 'OriginConnectError', '502', dial('connect', 502), {}],
    ['Error', 'OriginCommError', '504', dial('timeout', 504), {}],
    ['Error', 'OriginDnsError', '502', dial('resolve', 502), {}],
    ['Error', 'OriginReadError', '502', dial('broken', 502), {}],
    ['Error', 'OriginInvalidResponseError', '502', dial('malformed', 502), {}],
    ['CapacityExceeded', 'CapacityExceeded', '503', dial('busy', 503), {}],
    ['Error', 'Error', '500', () => answer('x', {}, 500), {}],
    [
      'FunctionExecutionError',
      'FunctionExecutionError',
      '503',
      () => answer('x'),
      { functions: { viewerRequest: { script: 'f.js' } } },
    ],
    ['Error', 'Error', '503', () => answer('x'), { functions: { viewerRequest: { use: 'maintenance', with: {} } } }],
    [
      'FunctionGeneratedResponse',
      'FunctionGeneratedResponse',
      '302',
      () => answer('x'),
      { functions: { viewerRequest: { use: 'redirect', with: { to: '/new' } } } },
    ],
    ['Miss', 'Miss', '200', () => answer('x'), {}],
  ];
  for (const [type, detailed, status, origin, behaviour, request = {}] of rows)
    it(`T40 calls it ${type}, in detail ${detailed}, with status ${status}`, async () => {
      const { v, lines } = await logged(origin, [behaviour]);
      await v.send({ target: '/', ...request });
      expect(
        lines.map((line) => [line['x-edge-result-type'], line['x-edge-detailed-result-type'], line['sc-status']]),
      ).toEqual([[type, detailed, status]]);
    });

  it('T40 tells the quota of a licence as a limit', async () => {
    const { v, lines } = await logged(() => answer('x'), [{ licences: true }], {
      licences: { from: { list: { sesame: { quota: 1 } } } },
    });
    await v.send({ target: '/?license=sesame' });
    await v.send({ target: '/?license=sesame' });
    expect(lines.map((line) => line['x-edge-result-type'])).toEqual(['Miss', 'LimitExceeded']);
  });

  it('T40 is written when the body is over, and says what became of it', async () => {
    const { v, lines } = await logged(
      ({ target }) => {
        const body = Body.from((sink) => {
          if (target === '/broken') {
            sink.data(new TextEncoder().encode('12345'));
            queueMicrotask(() => sink.fail(new Error('gone')));
          }
          return { pause() {}, resume() {}, cancel() {} };
        }, 10);
        return { ...answer('', { 'Content-Length': '10' }), body };
      },
      [{}],
    );
    await v.send({ target: '/broken' }).catch(() => null);
    const departure = new Departure();
    const viewer = {
      address: '192.0.2.9',
      peer: '192.0.2.9',
      port: 4242,
      secure: true,
      localAddress: '::1',
      localPort: 1,
    };
    const request = {
      method: 'GET',
      target: '/left',
      version: '2' as const,
      headers: HeaderList.of({ Host: 'a.test' }),
      body: null,
    };
    const left = await v.app.handle(request, viewer, departure);
    expect(lines).toHaveLength(1);
    left.body?.cancel();
    expect(
      lines.map((line) => [
        line['cs-uri-stem'],
        line['x-edge-response-result-type'],
        line['x-edge-result-type'],
        line['x-edge-detailed-result-type'],
        line['sc-status'],
      ]),
    ).toEqual([
      ['/broken', 'Miss', 'Error', 'OriginReadError', '200'],
      ['/left', 'Miss', 'Error', 'ClientCommError', '000'],
    ]);
    expect([
      lines[1]?.['c-ip'],
      lines[1]?.['c-port'],
      lines[1]?.['cs-protocol'],
      lines[1]?.['cs-protocol-version'],
    ]).toEqual(['192.0.2.9', '4242', 'https', 'HTTP/2.0']);
  });

  it('T40 encodes what would break a column, and writes neither cookies nor licence keys', async () => {
    const { v, lines } = await logged(
      () => answer('0123456789', { 'Content-Type': 'text/plain; charset=utf-8' }),
      [{ licences: true, cache: cloudfront({ key: { query: 'all' } }) }],
      { licences: { in: ['query:k', 'header:x-lic'], from: { list: { sesame: {} } } } },
    );
    await v.send({
      target: '/a%20b?q=1&k=sesame',
      headers: {
        Host: 'shop.test',
        'User-Agent': 'Agent 1.0 (%20 "x")\t€'.replace('€', '\u00e9'),
        Referer: 'https://a.test/?license=sesame',
        Cookie: 'sid=sesame',
        'X-Forwarded-For': '192.0.2.1, 192.0.2.2',
        Range: 'bytes=2-4',
      },
    });
    const [line] = lines as [Line];
    expect(JSON.stringify(line)).not.toContain('sesame');
    expect([line['cs-uri-stem'], line['cs-uri-query'], line['cs(Referer)'], line['cs(Cookie)']]).toEqual([
      '/a%20b',
      'q=1&k=****(6)',
      'https://a.test/?license=****(6)',
      '-',
    ]);
    expect(line['cs(User-Agent)']).toBe('Agent%201.0%20(%2520%20%22x%22)%09%C3%A9');
    expect([line['x-host-header'], line['cs(Host)'], line['x-edge-location']]).toEqual([
      'shop.test',
      'd1.test',
      'TST1',
    ]);
    expect([line['x-forwarded-for'], line['sc-range-start'], line['sc-range-end']]).toEqual([
      '192.0.2.1,%20192.0.2.2',
      '2',
      '4',
    ]);
    expect([line['sc-content-type'], line['fle-status'], line['ssl-protocol']]).toEqual([
      'text/plain;%20charset=utf-8',
      '-',
      '-',
    ]);
  });

  it('T40 goes to a file with two lines at its head, and is whole when the edge closes', async () => {
    const folder = temporaryFolder();
    const origin = await recordingOrigin((_, response) =>
      response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('hello'),
    );
    try {
      for (const round of [1, 2]) {
        const app = await sallyport({
          folder: folder.path,
          document: {
            listen: { port: 0, shutdown: '300ms' },
            store: { use: 'memory' },
            logging: { sinks: [{ use: 'access-log', with: { path: 'access.log', location: 'FRA1-P1' } }] },
            origins: { o: { url: origin.url, allow: ['127.0.0.1'] } },
            routes: {},
            edge: { behaviours: [{ origin: 'o', cache: cloudfront() }] },
          },
          ports: { log() {} },
        });
        const serving = await serve(app);
        for (const path of ['/a', '/a']) {
          const reply = await fetch(`${serving.url}${path}?license=sesame${round}`);
          expect(await reply.text()).toBe('hello');
          expect(reply.headers.get('x-amz-cf-id')).toBe(reply.headers.get('x-sallyport-trace'));
        }
        await serving.close();
        await app.close();
      }
      const [version, fields, ...lines] = readFileSync(join(folder.path, 'access.log'), 'utf8').trim().split('\n');
      expect(version).toBe('#Version: 1.0');
      expect(fields).toBe(`#Fields: ${accessFields.join(' ')}`);
      expect(lines.map((line) => [line.split('\t').length, line.split('\t')[13], line.split('\t')[2]])).toEqual([
        [33, 'Miss', 'FRA1-P1'],
        [33, 'Hit', 'FRA1-P1'],
        [33, 'Miss', 'FRA1-P1'],
        [33, 'Hit', 'FRA1-P1'],
      ]);
      expect(lines.join('')).not.toContain('sesame');
    } finally {
      await origin.close();
      folder.remove();
    }
  });
});
