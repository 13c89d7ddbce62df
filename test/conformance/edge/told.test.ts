import { describe, expect, it } from 'vitest';
import { answer, cloudfront, distribution, seconds, xCache, type Fields } from './parts.ts';

/** What origin and viewer are told beside the content: ids, timings, and what an answer varies by. */

const keep = { 'Cache-Control': 'max-age=60', ETag: '"e"' };

describe('the fields by which an answer is found again', () => {
  it('are one id for viewer, origin, function and record, and no word of the viewer', async () => {
    const v = await distribution(() => answer('x', keep), [{ cache: cloudfront() }]);
    const miss = await v.send({ target: '/', headers: { 'X-Amz-Cf-Id': 'forged' } });
    const hit = await v.send({ target: '/' });
    for (const reply of [miss, hit]) {
      expect(reply.headers.all('x-amz-cf-id')).toEqual([reply.record.id]);
      expect(reply.headers.get('x-amz-cf-pop')).toBe('LOCAL1');
    }
    expect(v.asked[0]?.headers.all('x-amz-cf-id')).toEqual([miss.record.id]);
    expect([xCache(miss), xCache(hit)]).toEqual(['Miss', 'Hit']);
  });
  it('say what happened where the cache was not asked', async () => {
    const v = await distribution(
      () => answer('x', keep),
      [
        { path: '/s', cache: cloudfront(), viewerProtocol: 'redirect-to-https' },
        { path: '/f', cache: cloudfront(), functions: { viewerRequest: { use: 'redirect', with: { to: '/x' } } } },
        { cache: cloudfront(), methods: 'read' },
        { path: '/plain' },
      ],
    );
    expect([xCache(await v.send({ target: '/s' })), xCache(await v.send({ target: '/f' }))]).toEqual([
      'Redirect',
      'FunctionGeneratedResponse',
    ]);
    expect(xCache(await v.send({ method: 'PUT', target: '/', body: 'x' }))).toBe('Error');
  });
  it('are not there where HTTP is spoken as written', async () => {
    const v = await distribution(() => answer('x', keep), [{ cache: {} }]);
    const reply = await v.send({ target: '/' });
    expect([reply.headers.has('x-amz-cf-id'), reply.headers.has('x-cache')]).toEqual([false, false]);
  });
});

describe('Server-Timing', () => {
  const timed = (sampling: number) => [{ cache: cloudfront(), responseHeaders: { serverTiming: { sampling } } }];
  const send = async (v: Awaited<ReturnType<typeof distribution>>, headers: Fields = {}): Promise<string> =>
    (await v.send({ target: '/', headers })).headers.all('server-timing').join(' | ');
  it('stands beside the origin’s on a miss and instead of it on a hit', async () => {
    const v = await distribution(
      ({ headers }) =>
        headers.has('if-none-match') ? answer('', keep, 304) : answer('x', { ...keep, 'Server-Timing': 'db;dur=5' }),
      timed(100),
    );
    const miss = await send(v);
    expect(miss).toMatch(
      /^db;dur=5 \| cdn-cache-miss, cdn-pop;desc="LOCAL1", cdn-rid;desc="\w+", cdn-upstream-layer;desc="EDGE", cdn-upstream-fbl;dur=\d+, cdn-downstream-fbl;dur=\d+$/,
    );
    const hit = await send(v);
    expect(hit).toMatch(
      /^cdn-cache-hit, cdn-pop;desc="LOCAL1", .*cdn-hit-layer;desc="EDGE", cdn-downstream-fbl;dur=\d+$/,
    );
    expect(hit).not.toContain('db');
    v.clock.turn(seconds(61));
    expect(await send(v)).toContain('cdn-cache-refresh');
  });
  it('is drawn by its sampling, and always there for who asks', async () => {
    const v = await distribution(() => answer('x', keep), timed(0));
    expect([await send(v), await send(v)]).toEqual(['', '']);
    expect(await send(v, { Pragma: 'server-timing' })).toContain('cdn-cache-hit');
    const none = await distribution(() => answer('x', keep), [{ cache: cloudfront() }]);
    expect(await send(none, { Pragma: 'server-timing' })).toBe('');
  });
});

describe('Vary', () => {
  const rows: readonly (readonly [string, object, string | undefined])[] = [
    ['Accept-Encoding, X-Lang', {}, 'Accept-Encoding'],
    ['X-Lang', {}, undefined],
    ['X-Lang, Cookie', { headers: { only: ['X-Lang'] } }, 'X-Lang, Cookie'],
    ['User-Agent', {}, undefined],
    ['User-Agent', { cloudfront: ['CloudFront-Is-Mobile-Viewer'] }, 'User-Agent'],
    ['Origin', {}, 'Origin'],
    ['Accept-Language', { headers: 'all' }, 'Accept-Language'],
  ];
  it(`keeps what the origin saw and drops the rest, in ${rows.length} rows`, async () => {
    for (const [vary, originRequest, wanted] of rows) {
      const v = await distribution(
        () => answer('x', { ...keep, Vary: vary }),
        [{ cache: cloudfront(), originRequest }],
      );
      for (const kind of ['Miss', 'Hit']) {
        const reply = await v.send({ target: '/' });
        expect([xCache(reply), reply.headers.get('vary')], vary).toEqual([kind, wanted]);
      }
    }
    expect(rows.length).toBe(7);
  });
  it('stays as the origin sent it where everything is passed on', async () => {
    const v = await distribution(() => answer('x', { ...keep, Vary: 'X-Lang' }), [{ cache: {} }]);
    expect((await v.send({ target: '/' })).headers.get('vary')).toBe('X-Lang');
  });
});

describe('origins that a CloudFront function chooses', () => {
  const run = async (code: string, more: object = {}) => {
    const v = await distribution(
      ({ url, target, headers }) => {
        if (target === '/fails' && url.includes('o.test')) return answer('down', {}, 503);
        return answer(`${url}|${target}|${headers.get('x-from') ?? ''}`);
      },
      [{ originPath: '/v1', functions: { viewerRequest: { script: 'f.js' } }, ...more }],
      {},
      {},
      {
        ports: {
          readFile: () => `import cf from 'cloudfront';\nfunction handler(event) { ${code}\nreturn event.request; }`,
        },
      },
    );
    return v;
  };
  const body = async (code: string, target = '/a'): Promise<string> => (await (await run(code)).send({ target })).body;

  it('by name, with and without changes', async () => {
    expect(await body('')).toBe('http://o.test|/v1/a|');
    expect(await body(`cf.selectRequestOriginById('second');`)).toBe('http://second.test|/v1/a|');
    expect(
      await body(`cf.selectRequestOriginById('second', { originPath: '/v2', customHeaders: { 'X-From': 'fn' } });`),
    ).toBe('http://second.test|/v2/a|fn');
  });
  it('by changing what is there, the rest kept', async () => {
    expect(await body(`cf.updateRequestOrigin({ customHeaders: { 'X-From': 'fn' } });`)).toBe('http://o.test|/v1/a|fn');
    expect(await body(`cf.updateRequestOrigin({ domainName: 'second.test', originPath: '' });`)).toBe(
      'http://second.test|/a|',
    );
    expect(
      await body(
        `cf.updateRequestOrigin({ domainName: 'third.test', customOriginConfig: { port: 8443, protocol: 'https' } });`,
      ),
    ).toBe('https://third.test:8443|/v1/a|');
  });
  it('as a group, for this request', async () => {
    const code = `cf.createRequestOriginGroup({ originIds: [{ originId: 'o' }, { originId: 'second' }], failoverCriteria: { statusCodes: [503] } });`;
    const v = await run(code, { originPath: undefined });
    expect((await v.send({ target: '/fails' })).body).toBe('http://second.test|/fails|');
    expect((await v.send({ target: '/fine' })).body).toBe('http://o.test|/fine|');
  });
  it('is an error where there is no such origin, or it is not the moment', async () => {
    const v = await run(`cf.selectRequestOriginById('nobody');`);
    expect((await v.send({ target: '/' })).record.code).toBe('edge.function-threw');
    const late = await distribution(
      () => answer('x'),
      [{ functions: { viewerResponse: { script: 'f.js' } } }],
      {},
      {},
      {
        ports: {
          readFile: () =>
            `import cf from 'cloudfront'; function handler(event) { cf.updateRequestOrigin({}); return event.response; }`,
        },
      },
    );
    expect((await late.send({ target: '/' })).record.code).toBe('edge.function-threw');
  });
});

describe('bytes and texts in a CloudFront function', () => {
  it('are those of the platform', async () => {
    const code = `function handler() {
      const text = 'Grüße, €𝄞';
      const out = [
        Buffer.from(text).toString('base64'),
        Buffer.from(text).toString('hex'),
        Buffer.from('R3LDvMOfZQ', 'base64url').toString(),
        new TextDecoder().decode(new TextEncoder().encode(text)),
        btoa('abc'), atob('YWI='),
        Buffer.concat([Buffer.from('a'), Buffer.from('62', 'hex')]).toString(),
        new TextDecoder().decode(Buffer.from('c328', 'hex')),
        Buffer.byteLength(text),
      ];
      return { statusCode: 200, body: JSON.stringify(out) };
    }`;
    const v = await distribution(
      () => answer('x'),
      [{ functions: { viewerRequest: { script: 'f.js' } } }],
      {},
      {},
      {
        ports: { readFile: () => code },
      },
    );
    const text = 'Grüße, €𝄞';
    expect(JSON.parse((await v.send({ target: '/' })).body)).toEqual([
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('hex'),
      'Grüße',
      text,
      'YWJj',
      'ab',
      'ab',
      '\ufffd(',
      Buffer.byteLength(text),
    ]);
  });
});
