import { afterEach, describe, expect, it } from 'vitest';
import { api, closeAll, fn, mock, ok } from './kit.ts';

afterEach(closeAll);

interface Event {
  readonly path: string;
  readonly resource: string;
  readonly pathParameters: Record<string, string> | null;
  readonly queryStringParameters: Record<string, string> | null;
  readonly multiValueQueryStringParameters: Record<string, string[]> | null;
  readonly requestContext: { readonly path: string; readonly resourcePath: string };
}

const rest = (routes: object, more: object = {}) => api({ kind: 'rest', routes, ...more }, { handlers: { f: ok } });

describe('REST routing', () => {
  it('RT-1 the stage stands first in the path; a custom domain with a base path hides it', async () => {
    const one = await rest({ 'GET /a': fn('f') });
    expect((await one.get('/prod/a')).status).toBe(200);
    expect((await one.get('/a')).status).toBe(403);
    const two = await rest({ 'GET /a': fn('f') }, { hosts: ['api.example.com'], basePath: 'v1' });
    expect((await two.get('/v1/a', { host: 'api.example.com' })).status).toBe(200);
    expect((await two.get('/prod/a', { host: 'api.example.com' })).status).toBe(403);
  });

  it('RT-2 an unknown resource and a wrong method are both 403 Missing Authentication Token', async () => {
    const { get, send } = await rest({ 'GET /a': fn('f') });
    for (const answer of [await get('/prod/nope'), await send({ method: 'POST', target: '/prod/a' })]) {
      expect(answer.status).toBe(403);
      expect(answer.body).toBe('{"message":"Missing Authentication Token"}');
      expect(answer.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
      expect(answer.headers.has('x-amzn-requestid')).toBe(true);
      expect(answer.headers.has('x-amz-apigw-id')).toBe(true);
    }
  });

  it('RT-3 an unknown stage or base path is 403 Forbidden', async () => {
    const { get } = await rest({ 'GET /a': fn('f') });
    const answer = await get('/dev/a');
    expect([answer.status, answer.body, answer.headers.get('x-amzn-errortype')]).toEqual([
      403,
      '{"message":"Forbidden"}',
      'ForbiddenException',
    ]);
  });

  it('RT-4 literal before parameter before greedy, and no way back for a missing method', async () => {
    const { get, send, events } = await rest({
      'GET /a/b': fn('f'),
      'ANY /a/{id}': fn('f'),
      'ANY /a/{proxy+}': fn('f'),
    });
    await get('/prod/a/b');
    await get('/prod/a/c');
    await get('/prod/a/c/d');
    expect((events['f'] as Event[]).map((event) => event.resource)).toEqual(['/a/b', '/a/{id}', '/a/{proxy+}']);
    expect((await send({ method: 'POST', target: '/prod/a/b' })).status).toBe(403);
  });

  it('RT-5 ANY covers seven verbs, a named method beats it, GET does not answer HEAD', async () => {
    const { send, visit } = await rest({ 'ANY /a': mock('any'), 'POST /a': mock('post'), 'GET /b': mock('b') });
    for (const method of ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT'])
      expect((await send({ method, target: '/prod/a' })).status).toBe(200);
    expect((await send({ method: 'POST', target: '/prod/a' })).body).toBe('post');
    expect((await send({ method: 'PURGE', target: '/prod/a' })).status).toBe(403);
    expect((await send({ method: 'HEAD', target: '/prod/b' })).status).toBe(403);
    expect(visit.records.length).toBe(9);
  });

  it('RT-6 one trailing slash does not matter; the path keeps it and the greedy value loses it', async () => {
    const { get, events } = await rest({ 'GET /a/{proxy+}': fn('f') });
    expect((await get('/prod/a/b/')).status).toBe(200);
    const [event] = events['f'] as Event[];
    expect(event?.path).toBe('/a/b/');
    expect(event?.pathParameters).toEqual({ proxy: 'b' });
  });

  it('RT-7 double slashes stay inside; leading ones are collapsed in the path and kept in the context', async () => {
    const { get, events } = await rest({ 'GET /a/{proxy+}': fn('f'), 'GET /{proxy+}': fn('f') });
    await get('/prod/a/b//c');
    await get('/prod//x');
    const [one, two] = events['f'] as Event[];
    expect(one?.path).toBe('/a/b//c');
    expect(one?.pathParameters).toEqual({ proxy: 'b//c' });
    expect(two?.path).toBe('/x');
    expect(two?.requestContext.path).toBe('/prod//x');
  });

  it('RT-8 percent-encoding is kept in the path, the context and the parameters', async () => {
    const { get, events } = await rest({ 'GET /a/{id}': fn('f') });
    await get('/prod/a/test%2Balias');
    const [event] = events['f'] as Event[];
    expect([event?.path, event?.requestContext.path, event?.pathParameters]).toEqual([
      '/a/test%2Balias',
      '/prod/a/test%2Balias',
      { id: 'test%2Balias' },
    ]);
  });

  it('RT-9 query values are decoded, the last of a name wins, all stay in the other map', async () => {
    const { get, events } = await rest({ 'GET /a': fn('f') });
    await get('/prod/a?x=1&x=2&y=a+b%20c&z');
    await get('/prod/a');
    const [one, two] = events['f'] as Event[];
    expect(one?.queryStringParameters).toEqual({ x: '2', y: 'a b c', z: '' });
    expect(one?.multiValueQueryStringParameters).toEqual({ x: ['1', '2'], y: ['a b c'], z: [''] });
    expect([two?.queryStringParameters, two?.multiValueQueryStringParameters]).toEqual([null, null]);
  });

  it('RT-12 X-HTTP-Method-Override takes the place of the method and goes no further', async () => {
    const { send, events } = await rest({ 'DELETE /a': fn('f') });
    expect(
      (await send({ method: 'POST', target: '/prod/a', headers: { 'X-HTTP-Method-Override': 'DELETE' } })).status,
    ).toBe(200);
    const [event] = events['f'] as (Event & { httpMethod: string; headers: Record<string, string> })[];
    expect(event?.httpMethod).toBe('DELETE');
    expect(Object.keys(event?.headers ?? {}).map((name) => name.toLowerCase())).not.toContain('x-http-method-override');
  });

  it('RT-13 a greedy resource does not answer its own parent', async () => {
    const { get } = await rest({ 'GET /a/{proxy+}': fn('f') });
    expect((await get('/prod/a')).status).toBe(403);
    expect((await get('/prod/a/')).status).toBe(403);
  });

  it('RT-14 resource is the template, the context has stage or base path, the event only the base path', async () => {
    const one = await rest({ 'GET /a/{proxy+}': fn('f') });
    await one.get('/prod/a/b');
    const [plain] = one.events['f'] as Event[];
    expect([plain?.resource, plain?.requestContext.resourcePath, plain?.requestContext.path, plain?.path]).toEqual([
      '/a/{proxy+}',
      '/a/{proxy+}',
      '/prod/a/b',
      '/a/b',
    ]);
    const two = await rest({ 'GET /a/{proxy+}': fn('f') }, { hosts: ['api.example.com'], basePath: 'v1' });
    await two.get('/v1/a/b', { host: 'api.example.com' });
    const [domain] = two.events['f'] as Event[];
    expect([domain?.requestContext.path, domain?.path]).toEqual(['/v1/a/b', '/v1/a/b']);
  });
});

const http = (routes: object, more: object = {}) => api({ kind: 'http', routes, ...more }, { handlers: { f: ok } });

interface HttpEvent {
  readonly routeKey: string;
  readonly rawPath: string;
  readonly pathParameters?: Record<string, string>;
}

describe('HTTP API routing', () => {
  it('HT-1 a named stage stands in the path, $default does not, all else is 404', async () => {
    const named = await http({ 'GET /a': fn('f') }, { stage: 'dev' });
    expect((await named.get('/dev/a')).status).toBe(200);
    expect((named.events['f'] as HttpEvent[])[0]?.rawPath).toBe('/dev/a');
    const answer = await named.get('/a');
    expect([answer.status, answer.body]).toEqual([404, '{"message":"Not Found"}']);
    expect(answer.headers.has('apigw-requestid')).toBe(true);
    expect(answer.headers.has('x-amzn-errortype')).toBe(false);
    expect((await (await http({ 'GET /a': fn('f') })).get('/a')).status).toBe(200);
  });

  it('HT-2 the whole match first, then greedy, then $default; a verb before ANY', async () => {
    const { send, events } = await http({
      $default: fn('f'),
      'ANY /a/{proxy+}': fn('f'),
      'GET /a/b': fn('f'),
      'ANY /a/b': fn('f'),
    });
    for (const [method, target] of [
      ['GET', '/a/b'],
      ['POST', '/a/b'],
      ['GET', '/a/c/d'],
      ['GET', '/z'],
    ] as const)
      await send({ method, target });
    expect((events['f'] as HttpEvent[]).map((event) => event.routeKey)).toEqual([
      'GET /a/b',
      'ANY /a/b',
      'ANY /a/{proxy+}',
      '$default',
    ]);
  });

  it('HT-3 path parameters are decoded, and an encoded slash separates', async () => {
    const { get, events } = await http({ 'GET /a/{id}': fn('f') });
    await get('/a/x%20y');
    expect((events['f'] as HttpEvent[])[0]?.pathParameters).toEqual({ id: 'x y' });
    expect((await get('/a/x%2Fy')).status).toBe(404);
  });
});
