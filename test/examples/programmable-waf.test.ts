import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDocument } from '../../src/cli/load.ts';
import { run, type Running } from '../../src/cli/run.ts';
import { loadModule } from '../../src/run/load-module.ts';

const folder = resolve(import.meta.dirname, '../../examples/programmable-waf');

describe('examples/programmable-waf', () => {
  let running: Running;

  beforeAll(async () => {
    Object.assign(process.env, { PORT: '0', ADMIN_PORT: '0' });
    running = await run(await loadDocument(resolve(folder, 'sallyport.config.ts')), { sinks: [], log() {} });
  });
  afterAll(() => running.close());

  const ask = (path: string, init: RequestInit = {}) => fetch(running.serving.url + path, init);
  const doors = ['/in-path', '/v2', '/v1'] as const;

  it('lets through what the rules let through, in the path and as an authorizer of both kinds', async () => {
    for (const door of doors) {
      const answer = await ask(`${door}/orders/7`, { headers: { 'user-agent': 'curl/8' } });
      expect([door, answer.status, await answer.json()]).toEqual([door, 200, { order: '7' }]);
    }
  }, 60_000);

  it('stops the same requests everywhere, each in its own words', async () => {
    for (const door of doors) {
      expect((await ask(`${door}/orders/.env`, { headers: { 'user-agent': 'curl/8' } })).status, door).toBe(403);
      expect((await ask(`${door}/orders/7`, { headers: { 'user-agent': 'sqlmap/1.8' } })).status, door).toBe(403);
      expect(
        (await ask(`${door}/orders/7`, { method: 'POST', headers: { 'user-agent': 'curl/8' } })).status,
        door,
      ).toBe(403);
      expect(
        (
          await ask(`${door}/orders/7`, {
            method: 'POST',
            headers: { 'user-agent': 'curl/8', 'x-request-source': 'shop' },
          })
        ).status,
        door,
      ).toBe(200);
    }
    expect(await (await ask('/v2/orders/.env', { headers: { 'user-agent': 'curl/8' } })).json()).toEqual({
      message: 'Forbidden',
    });
    expect(await (await ask('/v1/orders/.env', { headers: { 'user-agent': 'curl/8' } })).json()).toEqual({
      Message: 'User is not authorized to access this resource with an explicit deny',
    });
  }, 60_000);

  it('is a handler: a REQUEST event in, a decision out, in the form that is asked for', async () => {
    const { simple, policy } = (await loadModule(resolve(folder, 'authorizer.ts'))) as Record<
      'simple' | 'policy',
      (event: unknown) => Promise<unknown>
    >;
    const context = {
      accountId: '123456789012',
      apiId: 'abc',
      domainName: 'abc.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abc',
      stage: 'prod',
      requestId: 'r',
    };
    const two = (userAgent: string): object => ({
      version: '2.0',
      type: 'REQUEST',
      routeArn: 'arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/orders/1',
      identitySource: null,
      routeKey: 'GET /orders/{id}',
      rawPath: '/orders/1',
      rawQueryString: '',
      headers: { host: 'x', 'user-agent': userAgent },
      requestContext: {
        ...context,
        http: { method: 'GET', path: '/orders/1', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent },
        routeKey: 'GET /orders/{id}',
        time: '',
        timeEpoch: 0,
      },
    });
    expect(await simple(two('curl/8'))).toEqual({ isAuthorized: true });
    expect(await simple(two('nikto'))).toEqual({
      isAuthorized: false,
      context: { code: expect.stringContaining('rules'), status: '403' },
    });
    const one = (path: string): object => ({
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET${path}`,
      resource: '/{proxy+}',
      path,
      httpMethod: 'GET',
      headers: { Host: 'x', 'User-Agent': 'curl/8' },
      multiValueHeaders: { Host: ['x'], 'User-Agent': ['curl/8'] },
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: {},
      stageVariables: {},
      requestContext: {
        ...context,
        deploymentId: '',
        extendedRequestId: '',
        httpMethod: 'GET',
        identity: { sourceIp: '192.0.2.1' },
        path,
        protocol: 'HTTP/1.1',
        requestTime: '',
        requestTimeEpoch: 0,
        resourceId: '',
        resourcePath: '',
      },
    });
    expect(await policy(one('/orders/1'))).toMatchObject({
      principalId: 'sallyport',
      policyDocument: { Statement: [{ Effect: 'Allow' }] },
    });
    expect(await policy(one('/orders/.env'))).toMatchObject({
      policyDocument: {
        Statement: [
          { Effect: 'Deny', Resource: 'arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/orders/.env' },
        ],
      },
    });
  });
});
