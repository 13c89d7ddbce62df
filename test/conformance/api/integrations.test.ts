import { afterEach, describe, expect, it } from 'vitest';
import { Body } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import type { Outbound } from '../../../src/ports/dialer.ts';
import { answerWith, type Script } from '../../../src/testing/visit.ts';
import { api, closeAll, fn, message, ok } from './kit.ts';

afterEach(closeAll);

const origins = { origins: { o: { url: 'http://o.test' } } };
const echo = answerWith(200, 'application/json', '{"fine":true}');

describe('request parameters of REST integrations', () => {
  it('NP-2 header, query and path from every source', async () => {
    const made = await api(
      {
        kind: 'rest',
        variables: { v: 'stage' },
        routes: {
          'POST /orders/{id}/{proxy+}': {
            to: 'o',
            rewrite: '/v2/{order}/{proxy}/{rest+}',
            map: {
              request: {
                'integration.request.header.X-Order': 'method.request.path.id',
                'header.X-All': 'method.request.multivaluequerystring.q',
                'header.X-Body': 'method.request.body.who.name',
                'header.X-Stage': 'stageVariables.v',
                'header.X-Api': 'context.apiId',
                'header.X-None': 'method.request.header.Absent',
                'header.X-Over': "'ours'",
                'querystring.last': 'method.request.querystring.q',
                'path.order': 'method.request.path.id',
                'path.rest': 'method.request.header.X-Rest',
              },
            },
          },
        },
      },
      { document: origins, origin: echo },
    );
    await made.send({
      method: 'POST',
      target: '/prod/orders/7/a/b?q=1&q=2',
      headers: { 'X-Over': 'theirs', 'X-Rest': 'x/y z' },
      body: '{"who":{"name":"Ada"}}',
    });
    const { target, headers } = made.visit.asked[0] as { target: string; headers: HeaderList };
    expect(target).toBe('/v2/7/a/b/x/y%20z?q=1&q=2&last=2');
    expect(headers.get('x-order')).toBe('7');
    expect(headers.all('x-all')).toEqual(['1', '2']);
    expect([headers.get('x-body'), headers.get('x-stage'), headers.get('x-api')]).toEqual(['Ada', 'stage', 'shop']);
    expect([headers.get('x-none'), headers.all('x-over')]).toEqual([undefined, ['ours']]);
  });

  it('NP-2 a path value without a rewrite goes to its place in the resource, and a template stands above it', async () => {
    const made = await api(
      {
        kind: 'rest',
        routes: {
          'GET /a/{id}': { to: 'o', map: { request: { 'path.id': "'one two'" } } },
          'GET /b/{id}': {
            to: 'o',
            map: { request: { 'path.id': "'one'", 'header.x-h': "'1'" } },
            transform: {
              templates: {
                'application/json':
                  '#set($context.requestOverride.path.id = "two/2")#set($context.requestOverride.querystring.q = $input.params("id"))',
              },
              responses: [{ status: 200 }],
            },
          },
        },
      },
      { document: origins, origin: echo },
    );
    await made.get('/prod/a/7');
    await made.get('/prod/b/7');
    expect(made.visit.asked.map((each) => each.target)).toEqual(['/a/one%20two', '/b/two%2F2?q=7']);
    expect(made.visit.asked[1]?.headers.get('x-h')).toBe('1');
  });

  it('NP-3 fields that the gateway keeps to itself, and what is no parameter, are refused in the document', async () => {
    const rows: [object, RegExp][] = [
      [{ to: 'o', map: { request: { 'header.Content-Length': "'1'" } } }, /cannot be mapped.*500/],
      [{ to: 'o', map: { request: { 'header.X-Amzn-Trace-Id': "'1'" } } }, /cannot be mapped/],
      [
        {
          to: { use: 'function', with: { file: 'f', proxy: false } },
          map: { request: { 'header.Authorization': "'1'" } },
          transform: { responses: [{ status: 200 }] },
        },
        /cannot be mapped/,
      ],
      [fn('f', { map: { request: { 'header.A': "'1'" } } }), /proxy form gets the request as it is/],
      [{ to: 'o', map: { request: { 'cookie.A': "'1'" } } }, /wanted header\.NAME/],
      [{ to: 'o', map: { request: { 'header.A': 'integration.response.header.B' } } }, /only once there is an answer/],
      [{ to: 'o', map: { request: { 'header.A': '$request.header.B' } } }, /is no mapping value/],
      [{ to: 'o', map: { responses: { 200: {} } } }, /transform\.responses/],
    ];
    for (const [route, says] of rows)
      await expect(
        api({ kind: 'rest', routes: { 'GET /a': route } }, { document: origins, handlers: { f: ok } }),
        JSON.stringify(route),
      ).rejects.toThrow(says);
  });
});

const png = new Uint8Array([137, 80, 78, 71, 255, 0]);
const png64 = Buffer.from(png).toString('base64');

describe('contentHandling', () => {
  const send = async (
    content: string | undefined,
    binary: readonly string[],
    type: string,
    body: string | Uint8Array,
  ) => {
    let seen: Uint8Array | null = null;
    const made = await api(
      {
        kind: 'rest',
        binaryMediaTypes: binary,
        routes: {
          'POST /a': { to: 'o', transform: { ...(content ? { content } : {}), responses: [{ status: 200 }] } },
        },
      },
      {
        document: origins,
        ports: {
          openDialer: () => ({
            async dial(outbound: Outbound) {
              seen = (await outbound.body?.bytes()) ?? null;
              return { status: 200, headers: HeaderList.empty, body: null, address: 'script' };
            },
            close: async () => {},
          }),
        },
      },
    );
    const answer = await made.send({ method: 'POST', target: '/prod/a', body, headers: { 'content-type': type } });
    return [answer.status, seen === null ? null : Buffer.from(seen).toString('latin1')];
  };

  it('BN-4 BN-6 of requests: by type and wish', async () => {
    const raw = Buffer.from(png).toString('latin1');
    const rows: [string | undefined, string[], string, string | Uint8Array, unknown[]][] = [
      [undefined, [], 'text/plain', 'hi', [200, 'hi']],
      ['text', [], 'text/plain', 'hi', [200, 'hi']],
      ['binary', [], 'text/plain', png64, [200, raw]],
      ['binary', [], 'text/plain', 'no base64!', [500, null]],
      [undefined, ['image/*'], 'image/png', png, [200, raw]],
      ['binary', ['image/*'], 'image/png', png, [200, raw]],
      ['text', ['image/*'], 'image/png', png, [200, png64]],
    ];
    for (const [content, binary, type, body, wanted] of rows)
      expect(await send(content, binary, type, body), `${content} ${type}`).toEqual(wanted);
  });

  it('BN-6 a template sees bytes as base64', async () => {
    const made = await api(
      {
        kind: 'rest',
        binaryMediaTypes: ['image/*'],
        routes: {
          'POST /a': {
            to: 'o',
            transform: { templates: { 'image/png': '{"data":"$input.body"}' }, responses: [{ status: 200 }] },
          },
        },
      },
      { document: origins, origin: echo },
    );
    await made.send({ method: 'POST', target: '/prod/a', body: png, headers: { 'content-type': 'image/png' } });
    expect(made.visit.asked[0]?.body).toBe(`{"data":"${png64}"}`);
  });

  it('BN-5 of answers: by type, Accept and wish', async () => {
    const text = Buffer.from('hello').toString('base64');
    const answer =
      (type: string, body: string | Uint8Array): Script =>
      () => ({ status: 200, headers: HeaderList.of({ 'Content-Type': type }), body: Body.of(body), address: 'script' });
    // list, payload, Accept, wish, what arrives
    const rows: [string[], 'text' | 'png', string, string | undefined, string | number][] = [
      [[], 'text', 'image/png', undefined, text],
      [[], 'text', 'image/png', 'binary', 'hello'],
      [[], 'text', 'image/png', 'text', text],
      [['image/*'], 'text', 'text/html', undefined, text],
      [['image/*'], 'text', 'text/html', 'binary', 'hello'],
      [['image/*'], 'text', 'text/html', 'text', text],
      [['image/*'], 'text', 'image/png', undefined, 'hello'],
      [['image/*'], 'text', 'image/png', 'binary', 'hello'],
      [['image/*'], 'text', 'image/png', 'text', text],
      [['image/*'], 'png', 'text/html', undefined, png64],
      [['image/*'], 'png', 'text/html', 'binary', 'PNG'],
      [['image/*'], 'png', 'text/html', 'text', png64],
      [['image/*'], 'png', 'image/png', undefined, 'PNG'],
      [['image/*'], 'png', 'image/png', 'binary', 'PNG'],
      [['image/*'], 'png', 'image/png', 'text', png64],
    ];
    for (const [binaryMediaTypes, payload, accept, content, wanted] of rows) {
      const made = await api(
        {
          kind: 'rest',
          binaryMediaTypes,
          routes: {
            'GET /a': { to: 'o', transform: { responses: [{ status: 200, ...(content ? { content } : {}) }] } },
          },
        },
        {
          document: origins,
          origin:
            payload === 'text' ? answer('text/plain', text) : answer('image/png', new TextEncoder().encode('PNG')),
        },
      );
      const { body } = await made.get('/prod/a', { accept });
      const expected = payload === 'png' && wanted === png64 ? Buffer.from('PNG').toString('base64') : wanted;
      expect(body, JSON.stringify([binaryMediaTypes, payload, accept, content])).toBe(expected);
    }
    expect(rows).toHaveLength(15);
  });

  it('BN-5 what was to be decoded and is no base64 is 500', async () => {
    const made = await api(
      {
        kind: 'rest',
        routes: { 'GET /a': { to: 'o', transform: { responses: [{ status: 200, content: 'binary' }] } } },
      },
      { document: origins, origin: answerWith(200, 'text/plain', 'no base64!') },
    );
    const answer = await made.get('/prod/a');
    expect([answer.status, message(answer)]).toEqual([500, 'Internal server error']);
  });
});

describe('limits of templates and queries', () => {
  it('LM-16 a thousand rounds of #foreach, nested ones counted, and not one more', async () => {
    const made = await api({
      kind: 'rest',
      routes: {
        'POST /a': {
          to: { use: 'mock' },
          transform: {
            templates: { 'application/json': '{"statusCode":200}' },
            responses: [
              {
                status: 200,
                templates: {
                  'application/json':
                    "#set($l = $util.parseJson($input.params('l')))#foreach($a in $l)#foreach($b in $l)#end#end$l.size()",
                },
              },
            ],
          },
        },
      },
    });
    const ask = async (length: number): Promise<number> =>
      (
        await made.send({
          method: 'POST',
          target: `/prod/a?l=${encodeURIComponent(JSON.stringify(Array(length).fill(1)))}`,
        })
      ).status;
    // n + n * n rounds
    expect([await ask(31), await ask(32)]).toEqual([200, 500]);
    await expect(
      api({
        kind: 'rest',
        routes: {
          'GET /a': {
            to: { use: 'mock' },
            transform: { templates: { 'application/json': 'x'.repeat(307_201) }, responses: [{ status: 200 }] },
          },
        },
      }),
    ).rejects.toThrow(/307201 characters; API Gateway takes 307200/);
  });

  it('RT-10 raw | { } are refused, and a semicolon separates', async () => {
    const made = await api({ kind: 'rest', routes: { 'GET /a': fn('f') } }, { handlers: { f: ok } });
    for (const query of ['q=a|b', 'q={a', 'q=a}']) {
      const answer = await made.get(`/prod/a?${query}`);
      expect([answer.status, message(answer), answer.from], query).toMatchObject([
        400,
        'Bad Request',
        { code: 'gateway.query.raw' },
      ]);
    }
    await made.get('/prod/a?q=1;r=2&s=%7C');
    expect(made.events['f']?.[0]).toMatchObject({
      queryStringParameters: {
        q: '1',
        r: '2',
        s: '|',
      },
    });
    const http = await api({ kind: 'http', routes: { 'GET /a': fn('f') } }, { handlers: { f: ok } });
    expect((await http.get('/a?q=a|b')).status).toBe(200);
  });
});

describe('what the two kinds of API do with the rest', () => {
  it('HR-2 HTTP APIs remap nothing', async () => {
    const made = await api(
      { kind: 'http', routes: { 'GET /a': { to: 'o' } } },
      {
        document: origins,
        origin: answerWith(200, 'text/plain', 'x', { Server: 'mine', 'WWW-Authenticate': 'Basic' }),
      },
    );
    const { headers } = await made.get('/a');
    expect([headers.get('server'), headers.get('www-authenticate')]).toEqual(['mine', 'Basic']);
    expect([...headers].filter(([name]) => name.toLowerCase().startsWith('x-amzn-remapped'))).toEqual([]);
  });

  it('HI-2 an origin is told who asked in both forms, Via beside them', async () => {
    const made = await api({ kind: 'http', routes: { 'GET /a': { to: 'o' } } }, { document: origins, origin: echo });
    await made.send({ target: '/a', address: '192.0.2.7' });
    const headers = made.visit.asked[0]?.headers as HeaderList;
    expect(headers.get('forwarded')).toContain('for=192.0.2.7');
    expect(headers.get('x-forwarded-for')).toBe('192.0.2.7');
    expect(headers.has('via')).toBe(true);
  });

  it('LG-3 integration.status is what the function said, integrationStatus what its service did', async () => {
    const made = await api(
      {
        kind: 'rest',
        accessLog:
          '$context.requestId $context.integration.status $context.integrationStatus $context.integration.integrationStatus',
        routes: { 'GET /a': fn('f') },
      },
      { handlers: { f: async () => ({ statusCode: 500, body: 'no' }) } },
    );
    await made.get('/prod/a');
    const line = made.logs
      .find(({ facts }) => facts?.['log'] === 'access')
      ?.says.split(' ')
      .slice(1);
    expect(line).toEqual(['500', '200', '200']);
  });

  it('HA-6 an authorizer of an HTTP API has ten seconds, and no more can be asked for', async () => {
    const guarded = (timeout: string, kind = 'http') =>
      api(
        {
          kind,
          authorizers: { g: { use: 'lambda', with: { file: 'g', timeout, identity: ['$request.header.A'] } } },
          routes: { 'GET /a': { ...fn('f'), authorizer: 'g' } },
        },
        { handlers: { f: ok, g: () => new Promise(() => {}) } },
      );
    await expect(guarded('11s')).rejects.toThrow(/at most 10s/);
    const made = await guarded('40ms');
    const answer = await made.get('/a', { A: '1' });
    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal Server Error"}']);
  });

  it('RP-9 a changed policy holds at once, with the document that has it', async () => {
    const entry = (effect: string): Record<string, unknown> => ({
      kind: 'rest',
      policy: { Version: '2012-10-17', Statement: [{ Effect: effect, Principal: '*', Action: '*', Resource: '*' }] },
      routes: { 'GET /a': fn('f') },
    });
    const made = await api(entry('Allow'), { handlers: { f: ok } });
    expect((await made.get('/prod/a')).status).toBe(200);
    await made.visit.app.reload({ ...made.visit.app.document, apis: { shop: entry('Deny') } });
    expect((await made.get('/prod/a')).status).toBe(403);
  });
});
