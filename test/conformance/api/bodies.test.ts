import { afterEach, describe, expect, it } from 'vitest';
import { answerWith } from '../../../src/testing/visit.ts';
import { responseTypes } from '../../../src/gateway/gateway-responses.ts';
import { api, closeAll, fn, message, mock, ok, policy } from './kit.ts';

afterEach(closeAll);

const toMock = (templates: Record<string, string>, responses: object[], more: object = {}): object => ({
  to: { use: 'mock' },
  transform: { templates, responses, ...more },
});
const said = (answer: {
  status: number;
  body: string;
  headers: { get(name: string): string | undefined };
}): unknown[] => [answer.status, answer.body, answer.headers.get('x-amzn-errortype')];

describe('REST validation', () => {
  it('NP-1 missing parameters are listed header, path, query, each sorted', async () => {
    const { get } = await api({
      kind: 'rest',
      routes: { 'GET /a': { ...mock(), validate: { header: ['x-b', 'X-A'], query: ['q2', 'q1'] } } },
    });
    expect(said(await get('/prod/a'))).toEqual([
      400,
      '{"message":"Missing required request parameters: [X-A, x-b, q1, q2]"}',
      'BadRequestException',
    ]);
    expect((await get('/prod/a?q1=1&q2', { 'X-A': '1', 'x-b': '2' })).status).toBe(200);
    // RT-11: names are compared by case
    expect(message(await get('/prod/a?q1=1&q2', { 'x-a': '1', 'x-b': '2' }))).toBe(
      'Missing required request parameters: [X-A]',
    );
  });

  it('NP-1 a body that does not fit; an empty one is {}; types without a model are not looked at', async () => {
    const model = {
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      required: ['n'],
      properties: { n: { type: 'number', minimum: 0, exclusiveMinimum: true } },
    };
    const { send } = await api({
      kind: 'rest',
      models: { Order: model },
      routes: { 'POST /a': { ...mock(), validate: { body: { 'application/json': 'Order' } } } },
    });
    const post = (body: string, type = 'application/json') =>
      send({ method: 'POST', target: '/prod/a', body, headers: { 'content-type': type } });
    expect((await post('{"n":1}')).status).toBe(200);
    for (const body of ['{"n":0}', '{}', '', 'nonsense', '[]'])
      expect(said(await post(body)), body).toEqual([400, '{"message":"Invalid request body"}', 'BadRequestException']);
    expect((await post('nonsense', 'text/plain')).status).toBe(200);
    expect(
      (await post('{}')).record.steps?.some((step) =>
        step.notes.some((note) => String(note.facts?.['says']).includes('n')),
      ),
    ).toBe(true);
  });
});

describe('REST mapping templates', () => {
  it('NP-4 the template follows the content type; three ways of passing through', async () => {
    const routes = (passthrough: string, templates: Record<string, string>): object => ({
      'POST /a': { ...toMock(templates, [{ status: 200 }], { passthrough }) },
    });
    const json = { 'application/json': '{"statusCode":200}' };
    const post = async (passthrough: string, type: string, templates: Record<string, string> = json) =>
      (await api({ kind: 'rest', routes: routes(passthrough, templates) })).send({
        method: 'POST',
        target: '/prod/a',
        body: '{"statusCode":200}',
        headers: { 'content-type': type },
      });
    expect((await post('WHEN_NO_MATCH', 'text/plain')).status).toBe(200);
    for (const [passthrough, type] of [
      ['WHEN_NO_TEMPLATES', 'text/plain'],
      ['NEVER', 'text/plain'],
    ] as const) {
      expect(said(await post(passthrough, type)), passthrough).toEqual([
        415,
        '{"message":"Unsupported Media Type"}',
        'BadRequestException',
      ]);
    }
    expect((await post('WHEN_NO_TEMPLATES', 'text/plain', {})).status).toBe(200);
    expect((await post('NEVER', 'application/json')).status).toBe(200);
    expect((await post('NEVER', 'text/plain', { $default: '{"statusCode":200}' })).status).toBe(200);
  });

  it('NP-5 the first pattern that fits the whole status or error message; none and no default is 500', async () => {
    const handlers = {
      f: async (event: never) => {
        if ((event as { fail?: string }).fail) throw new Error((event as { fail: string }).fail);
        return { fine: true };
      },
    };
    const routes = (responses: object[]): object => ({
      'POST /a': { to: { use: 'function', with: { file: 'f', proxy: false } }, transform: { responses } },
    });
    const made = await api(
      {
        kind: 'rest',
        routes: routes([
          { status: 200 },
          {
            pattern: '.*not found.*',
            status: 404,
            templates: { 'application/json': '{"why":$input.json(\'$.errorMessage\')}' },
          },
        ]),
      },
      { handlers },
    );
    const post = (body: object) =>
      made.send({
        method: 'POST',
        target: '/prod/a',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    expect([(await post({})).status, (await post({})).body]).toEqual([200, '{"fine":true}']);
    const missing = await post({ fail: 'order not found' });
    expect([missing.status, missing.body]).toEqual([404, '{"why":"order not found"}']);
    expect((await post({ fail: 'other' })).status).toBe(200); // the default entry takes it: AWS's trap
    const none = await api({ kind: 'rest', routes: routes([{ pattern: 'x', status: 404 }]) }, { handlers });
    expect(said(await none.send({ method: 'POST', target: '/prod/a', body: '{}' }))).toEqual([
      500,
      '{"message":"Internal server error"}',
      'InternalServerErrorException',
    ]);
    const http = await api(
      {
        kind: 'rest',
        routes: {
          'GET /a': { to: 'o', transform: { responses: [{ status: 200 }, { pattern: '5\\d{2}', status: 503 }] } },
        },
      },
      { document: { origins: { o: { url: 'http://o.test' } } }, origin: answerWith(500, 'text/plain', 'x') },
    );
    expect((await http.get('/prod/a')).status).toBe(503);
  });

  it('NP-6 the response template follows Accept, then JSON, then the first', async () => {
    const made = await api({
      kind: 'rest',
      routes: {
        'GET /a': toMock({ 'application/json': '{"statusCode":200}' }, [
          { status: 200, templates: { 'text/html': '<b>', 'text/plain': 'plain' } },
        ]),
      },
    });
    expect((await made.get('/prod/a', { accept: 'text/plain' })).body).toBe('plain');
    expect((await made.get('/prod/a', { accept: 'image/png' })).body).toBe('<b>');
  });

  it('NP-7 overrides of status and headers; a status that is none is ignored', async () => {
    const template = '#set($context.responseOverride.status = 418)#set($context.responseOverride.header.x-a = "1")body';
    const made = await api({
      kind: 'rest',
      routes: {
        'GET /a': toMock({ 'application/json': '{"statusCode":200}' }, [
          { status: 200, templates: { 'text/plain': template } },
        ]),
        'GET /b': toMock({ 'application/json': '{"statusCode":200}' }, [
          { status: 200, templates: { 'text/plain': '#set($context.responseOverride.status = 9)x' } },
        ]),
      },
    });
    const answer = await made.get('/prod/a');
    expect([answer.status, answer.headers.get('x-a'), answer.body]).toEqual([418, '1', 'body']);
    expect((await made.get('/prod/b')).status).toBe(200);
  });

  it('NP-8 $input, $util, $context and $stageVariables', async () => {
    const template = [
      "$input.path('$.list[1].n')",
      "$input.json('$.list[0]')",
      "$input.params('id')",
      "$input.params('q')",
      "$input.params('X-H')",
      '$input.params().path.id',
      '$util.escapeJavaScript("it\'s")',
      '$util.parseJson(\'{"a":[5]}\').a[0]',
      "$util.urlEncode('a b&c')",
      "$util.urlDecode('a+b%26')",
      "$util.base64Encode('hi')",
      "$util.base64Decode('aGk=')",
      '$context.httpMethod',
      '$stageVariables.v:$stageVariables.none:',
      "#foreach($each in $input.path('$.list'))$each.n#if($foreach.hasNext),#end#end",
    ].join('|');
    const made = await api(
      {
        kind: 'rest',
        variables: { v: 'stage' },
        routes: {
          'POST /a/{id}': {
            to: 'o',
            transform: { templates: { 'application/json': template }, responses: [{ status: 200 }] },
          },
        },
      },
      { document: { origins: { o: { url: 'http://o.test' } } } },
    );
    await made.send({
      method: 'POST',
      target: '/prod/a/7?q=x',
      headers: { 'X-H': 'h', 'content-type': 'application/json' },
      body: '{"list":[{"n":1},{"n":2}]}',
    });
    expect(made.visit.asked[0]?.body).toBe('2|{"n":1}|7|x|h|7|it\\\'s|5|a+b%26c|a b&|aGk=|hi|POST|stage::|1,2');
  });

  it('NP-8 a template cannot reach what is not its own', async () => {
    const made = await api({
      kind: 'rest',
      routes: {
        'GET /a': toMock({ 'application/json': '{"statusCode":200}' }, [
          {
            status: 200,
            templates: {
              'text/plain':
                '#set($f = $input.json.constructor("return process"))[$f][$util.__proto__][$input.constructor.name]',
            },
          },
        ]),
      },
    });
    const answer = await made.get('/prod/a');
    expect(answer.body).not.toContain('object process');
    expect(answer.body).not.toContain('native code');
  });

  it('NP-11 a mock template must render JSON with an integer status, which selects the response', async () => {
    const responses = [{ status: 200 }, { pattern: '4\\d\\d', status: 404, headers: { 'X-Why': "'gone'" } }];
    const ask = async (template: string) =>
      (await api({ kind: 'rest', routes: { 'GET /a': toMock({ 'application/json': template }, responses) } })).get(
        '/prod/a',
      );
    const answer = await ask('{"statusCode": 404}');
    expect([answer.status, answer.headers.get('x-why')]).toEqual([404, 'gone']);
    for (const bad of ['{"status":200}', 'text', '{"statusCode":"200"}'])
      expect((await ask(bad)).status, bad).toBe(500);
  });
});

describe('REST HTTP proxies', () => {
  it('NP-9 host of the endpoint, defaults for Accept and User-Agent, the API id, the path inside the stage', async () => {
    const made = await api(
      { kind: 'rest', routes: { 'GET /a/{proxy+}': { to: 'o' } } },
      { document: { origins: { o: { url: 'http://o.test' } } } },
    );
    await made.get('/prod/a/b?x=1', { 'Content-Encoding': 'gzip' });
    const asked = made.visit.asked[0];
    expect(asked?.target).toBe('/a/b?x=1');
    expect([
      asked?.headers.get('host'),
      asked?.headers.get('accept'),
      asked?.headers.get('user-agent'),
      asked?.headers.get('x-amzn-apigateway-api-id'),
      asked?.headers.has('content-encoding'),
    ]).toEqual(['o.test', 'application/json', 'AmazonAPIGateway_shop', 'shop', false]);
  });

  it('NP-10 an endpoint that cannot be reached is 504 with the words for the network', async () => {
    const { Fault } = await import('../../../src/base/fault.ts');
    const made = await api(
      { kind: 'rest', routes: { 'GET /a': { to: 'o' } } },
      {
        document: { origins: { o: { url: 'http://o.test', retries: 0 } } },
        origin: () => {
          throw new Fault('integration.origin.connect', 'origin', 'refused');
        },
      },
    );
    expect(said(await made.get('/prod/a'))).toEqual([
      504,
      '{"message":"Network error communicating with endpoint"}',
      'InternalServerErrorException',
    ]);
  });
});

describe('gateway responses', () => {
  it('GR-1 templates are plain substitution, headers are mapped', async () => {
    const made = await api({
      kind: 'rest',
      variables: { v: 'stage' },
      responses: {
        MISSING_AUTHENTICATION_TOKEN: {
          status: 404,
          headers: { 'X-A': "'lit'", 'X-B': 'stageVariables.v', 'X-C': 'method.request.header.Q' },
          templates: {
            'application/json':
              '{"no":$context.error.messageString,"type":"$context.error.responseType","id":"$context.requestId","q":"$method.request.header.Q"}',
          },
        },
      },
      routes: { 'GET /a': mock() },
    });
    const answer = await made.get('/prod/none', { Q: 'quest' });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toEqual({
      no: 'Missing Authentication Token',
      type: 'MISSING_AUTHENTICATION_TOKEN',
      id: answer.headers.get('x-amzn-requestid'),
      q: 'quest',
    });
    expect([answer.headers.get('x-a'), answer.headers.get('x-b'), answer.headers.get('x-c')]).toEqual([
      'lit',
      'stage',
      'quest',
    ]);
  });

  it('GR-2 a default applies to every type of its class that has none of its own, status included', async () => {
    const made = await api({
      kind: 'rest',
      responses: {
        DEFAULT_4XX: { status: 418, headers: { 'Access-Control-Allow-Origin': "'*'" } },
        INVALID_API_KEY: { status: 402 },
      },
      routes: { 'GET /a': { ...mock(), key: 'required' } },
    });
    const none = await made.get('/prod/none');
    expect([none.status, none.headers.get('access-control-allow-origin')]).toEqual([418, '*']);
    expect((await made.get('/prod/a')).status).toBe(402);
    const five = await api(
      { kind: 'rest', responses: { DEFAULT_5XX: { status: 599 } }, routes: { 'GET /a': fn('f') } },
      { handlers: { f: async () => 'malformed' } },
    );
    expect((await five.get('/prod/a')).status).toBe(599);
    await expect(
      api({ kind: 'rest', responses: { REQUEST_TOO_LARGE: {} }, routes: { 'GET /a': mock() } }),
    ).rejects.toThrow('cannot be customised');
  });

  it('GR-3 the catalogue is whole', () => {
    expect(responseTypes).toHaveLength(19);
  });

  it('LM-2 LM-22 a body above the limit is 413', async () => {
    const made = await api(
      { kind: 'rest', routes: { 'POST /a': { ...fn('f'), bodyBytes: 10 } } },
      { handlers: { f: ok } },
    );
    const answer = await made.send({ method: 'POST', target: '/prod/a', body: 'x'.repeat(11) });
    expect([answer.status, answer.body]).toEqual([413, '{"message":"Request Too Long"}']);
    const http = await api(
      { kind: 'http', routes: { 'POST /a': { ...fn('f'), bodyBytes: 10 } } },
      { handlers: { f: ok } },
    );
    expect((await http.send({ method: 'POST', target: '/a', body: 'x'.repeat(11) })).body).toBe(
      '{"message":"Request Entity Too Large"}',
    );
  });

  it('LM-6 LM-21 header names and values above 10240 bytes together', async () => {
    const made = await api({ kind: 'rest', routes: { 'GET /a': mock() } });
    const answer = await made.get('/prod/a', { 'x-big': 'x'.repeat(10_240) });
    expect([answer.status, answer.body]).toEqual([431, '{"message":"HTTP header is larger than 10240 bytes."}']);
    expect((await made.get('/prod/a', { 'x-big': 'x'.repeat(9000) })).status).toBe(200);
  });
});

const cors = {
  allowOrigins: ['https://shop.example.com', 'http://*'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['content-type'],
  maxAge: 60,
  allowCredentials: true,
};
const preflight = { origin: 'https://shop.example.com', 'access-control-request-method': 'GET' };

describe('CORS of HTTP APIs', () => {
  it('CO-2 the gateway answers preflights, route or no route, and asks for an Origin', async () => {
    const made = await api({ kind: 'http', cors, routes: { 'GET /a': fn('f') } }, { handlers: { f: ok } });
    const answer = await made.send({
      method: 'OPTIONS',
      target: '/a',
      headers: { ...preflight, 'access-control-request-headers': 'Content-Type' },
    });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example.com',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '60',
      'access-control-allow-credentials': 'true',
    });
    expect((await made.send({ method: 'OPTIONS', target: '/a' })).status).toBe(404);
    expect(made.events['f']).toBeUndefined();
  });

  it('CO-3 exact origins and schemes; another origin gets no CORS fields; a star does not go with credentials', async () => {
    const made = await api({ kind: 'http', cors, routes: { 'GET /a': fn('f') } }, { handlers: { f: ok } });
    expect((await made.get('/a', { origin: 'http://any.test' })).headers.get('access-control-allow-origin')).toBe(
      'http://any.test',
    );
    const other = await made.get('/a', { origin: 'https://evil.test' });
    expect([other.status, other.headers.has('access-control-allow-origin')]).toEqual([200, false]);
    expect((await made.get('/a')).headers.has('access-control-allow-origin')).toBe(false);
    await expect(api({ kind: 'http', cors: { ...cors, allowOrigins: ['*'] }, routes: {} })).rejects.toThrow(
      'may not go with',
    );
  });

  it('CO-4 HT-4 a $default route with an authorizer takes preflights; an open OPTIONS route is the remedy', async () => {
    const entry = (more: object = {}) => ({
      kind: 'http',
      cors,
      authorizers: { a: { use: 'lambda', with: { file: 'auth', identity: ['$request.header.Authorization'] } } },
      routes: { $default: { ...fn('f'), authorizer: 'a' }, ...more },
    });
    const handlers = { f: ok, auth: async () => policy('Allow', '*') };
    expect(
      (await (await api(entry(), { handlers })).send({ method: 'OPTIONS', target: '/a', headers: preflight })).status,
    ).toBe(401);
    expect(
      (
        await (
          await api(entry({ 'OPTIONS /{proxy+}': fn('f') }), { handlers })
        ).send({ method: 'OPTIONS', target: '/a', headers: preflight })
      ).status,
    ).toBe(204);
  });

  it("CO-5 the backend's CORS fields are taken out, and errors bear the gateway's", async () => {
    const made = await api(
      { kind: 'http', cors, routes: { 'GET /a': fn('f') } },
      {
        handlers: {
          f: async () => ({
            statusCode: 200,
            headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'PURGE' },
          }),
        },
      },
    );
    const answer = await made.get('/a', { origin: 'https://shop.example.com' });
    expect([
      answer.headers.all('access-control-allow-origin'),
      answer.headers.has('access-control-allow-methods'),
    ]).toEqual([['https://shop.example.com'], false]);
    expect(
      (await made.get('/none', { origin: 'https://shop.example.com' })).headers.get('access-control-allow-origin'),
    ).toBe('https://shop.example.com');
  });

  it('CO-1 a REST API adds nothing by itself', async () => {
    const made = await api({ kind: 'rest', routes: { 'GET /a': mock() } });
    expect((await made.send({ method: 'OPTIONS', target: '/prod/a', headers: preflight })).status).toBe(403);
    await expect(api({ kind: 'rest', cors, routes: {} })).rejects.toThrow('no automatic CORS');
  });
});

describe('parameter mapping of HTTP APIs', () => {
  const route = (map: object): Readonly<Record<string, unknown>> => ({
    kind: 'http',
    variables: { v: 'stage' },
    routes: { 'POST /a/{id}': { to: 'o', map } },
  });
  const options = { document: { origins: { o: { url: 'http://o.test' } } } };

  it('HI-3 headers, query and path from request, context, stage and text', async () => {
    const made = await api(
      route({
        request: {
          'append:header.x-id': '$request.path.id',
          'overwrite:header.x-ctx': 'api ${context.apiId} ${stageVariables.v}',
          'remove:header.x-gone': "''",
          'append:querystring.q': '$request.querystring.p',
          'remove:querystring.p': "''",
          'overwrite:path': '/v2/$x',
          'append:header.x-body': '$request.body.a.b',
        },
      }),
      options,
    );
    await made.send({
      method: 'POST',
      target: '/a/7?p=1&p=2&r=3',
      headers: { 'x-gone': '1', 'x-ctx': 'old' },
      body: '{"a":{"b":"deep"}}',
    });
    const asked = made.visit.asked[0];
    expect(asked?.target).toBe('/v2/$x?r=3&q=1&q=2');
    expect([
      asked?.headers.get('x-id'),
      asked?.headers.all('x-ctx'),
      asked?.headers.has('x-gone'),
      asked?.headers.get('x-body'),
      asked?.body,
    ]).toEqual(['7', ['api shop stage'], false, 'deep', '{"a":{"b":"deep"}}']);
  });

  it('HI-3 responses by status: headers and the status itself', async () => {
    const made = await api(
      route({
        responses: {
          '404': { 'overwrite:statuscode': '403', 'remove:header.server': "''" },
          default: { 'append:header.x-all': 'yes' },
        },
      }),
      { ...options, origin: answerWith(404, 'text/plain', 'x', { Server: 's' }) },
    );
    const answer = await made.send({ method: 'POST', target: '/a/1' });
    expect([answer.status, answer.headers.has('server'), answer.headers.has('x-all')]).toEqual([403, false, false]);
  });

  it('HI-4 reserved fields cannot be mapped, nor can anything that is no mapping', async () => {
    const bad = [
      'append:header.Authorization',
      'overwrite:header.x-amz-date',
      'append:header.Via',
      'append:path',
      'append:cookie.x',
      'overwrite:statuscode',
    ];
    for (const key of bad) await expect(api(route({ request: { [key]: 'x' } }), options), key).rejects.toThrow(/map/);
    expect(bad).toHaveLength(6);
    await expect(api(route({ request: { 'append:header.x': '$request.body..a' } }), options)).rejects.toThrow(
      'neither',
    );
  });

  it('a mapped value cannot become a line of its own', async () => {
    const made = await api(route({ request: { 'append:header.x': '$request.querystring.p' } }), options);
    await made.send({ method: 'POST', target: '/a/1?p=a%0d%0aevil:1' });
    expect(made.visit.asked[0]?.headers.get('x')).toBe('a  evil:1');
  });

  it('HI-5 what HTTP APIs have not is refused in the document', async () => {
    await expect(api({ kind: 'http', policy: {}, routes: {} })).rejects.toThrow('no resource policy');
    await expect(api({ kind: 'http', responses: { DEFAULT_4XX: {} }, routes: {} })).rejects.toThrow(
      'no gateway responses',
    );
    await expect(api({ kind: 'rest', routes: { $default: mock() } })).rejects.toThrow('no $default');
  });
});

describe('logs and variables', () => {
  it('LG-1 LG-2 one line per request; what does not apply prints as a dash; the template must name the request', async () => {
    const made = await api({
      kind: 'rest',
      accessLog:
        '$context.requestId $context.httpMethod $context.resourcePath $context.status $context.identity.sourceIp $context.authorizer.principalId $context.error.responseType $context.responseLength',
      routes: { 'GET /a': mock('four') },
    });
    const answer = await made.get('/prod/a');
    await made.get('/prod/none');
    const lines = made.logs.filter((line) => line.facts?.['log'] === 'access').map((line) => line.says);
    expect(lines[0]).toBe(`${answer.headers.get('x-amzn-requestid')} GET /a 200 127.0.0.1 - - 4`);
    expect(lines[1]).toMatch(/GET - 403 127\.0\.0\.1 - MISSING_AUTHENTICATION_TOKEN \d+$/);
    await expect(api({ kind: 'rest', accessLog: '$context.status', routes: {} })).rejects.toThrow('requestId');
    const clf = await api({ kind: 'http', accessLog: 'clf', routes: { 'GET /a': mock() } });
    await clf.get('/a');
    expect(clf.logs.find((line) => line.facts?.['log'] === 'access')?.says).toMatch(
      /^127\.0\.0\.1 - - \[01\/Jan\/2026:00:00:00 \+0000\] "GET \/a HTTP\/1\.1" 200 2 /,
    );
  });

  it('SV-1 LM-12 stage variables reach events, and have limits', async () => {
    const made = await api(
      { kind: 'rest', variables: { v: 'x' }, routes: { 'GET /a': fn('f') } },
      { handlers: { f: ok } },
    );
    await made.get('/prod/a');
    expect(made.events['f']?.[0]).toMatchObject({ stageVariables: { v: 'x' } });
    await expect(api({ kind: 'rest', variables: { v: 'a b' }, routes: {} })).rejects.toThrow('512');
  });
});
