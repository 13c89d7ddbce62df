import { describe, expect, it } from 'vitest';
import type { EdgeMoments } from '../edge/function.ts';
import redirect from '../edge/functions/redirect.ts';
import { edgeMoments } from './edge-moments.ts';

const event = (eventType: string, request: object = {}, response?: object): unknown => ({
  Records: [
    {
      cf: {
        config: { eventType, requestId: 'r1', distributionId: 'E1', distributionDomainName: 'd.cloudfront.net' },
        request: {
          clientIp: '192.0.2.1',
          method: 'GET',
          uri: '/a',
          querystring: 'q=1',
          headers: {
            host: [{ key: 'Host', value: 'a.test' }],
            'cloudfront-viewer-country': [{ key: 'CloudFront-Viewer-Country', value: 'DE' }],
          },
          ...request,
        },
        ...(response ? { response } : {}),
      },
    },
  ],
});
const response = { status: '200', statusDescription: 'OK', headers: { age: [{ key: 'Age', value: '3' }] } };

const door = (functions: EdgeMoments): { call: (event: unknown) => Promise<unknown>; lines: string[] } => {
  const lines: string[] = [];
  return { call: edgeMoments(functions, { name: 'mine', write: (line) => lines.push(line) }), lines };
};

describe('an edge function of your own at the four moments of Lambda@Edge', () => {
  it('what it has nothing for goes on as it came', async () => {
    const { call } = door({});
    const request = event('viewer-request') as { Records: { cf: { request: unknown } }[] };
    expect(await call(request)).toBe(request.Records[0]?.cf.request);
    const given = event('origin-response', {}, response) as { Records: { cf: { response: unknown } }[] };
    expect(await call(given)).toBe(given.Records[0]?.cf.response);
  });

  it('viewer request: another path and a field more, the origin kept', async () => {
    const { call } = door({
      viewerRequest(request, { country, clientAddress, requestId }) {
        const changed = new Request(new URL('/b?r=2', request.url), request);
        changed.headers.set('x-from', `${country} ${clientAddress} ${requestId}`);
        return changed;
      },
    });
    expect(await call(event('viewer-request', { origin: { custom: { domainName: 'o.test' } } }))).toMatchObject({
      uri: '/b',
      querystring: 'r=2',
      method: 'GET',
      headers: { host: [{ value: 'a.test' }], 'x-from': [{ value: 'DE 192.0.2.1 r1' }] },
      origin: { custom: { domainName: 'o.test' } },
    });
  });

  it('origin request: an answer of its own', async () => {
    const { call } = door({ originRequest: () => new Response('tea', { status: 418, headers: { 'x-a': '1' } }) });
    expect(await call(event('origin-request'))).toMatchObject({
      status: '418',
      headers: { 'x-a': [{ value: '1' }] },
      body: Buffer.from('tea').toString('base64'),
      bodyEncoding: 'base64',
    });
  });

  it('a page of the product does here what it does in a document', async () => {
    const { call } = door(redirect.open({ to: 'https://b.test{path}{query}', status: 301 }));
    expect(await call(event('viewer-request'))).toMatchObject({
      status: '301',
      headers: { location: [{ value: 'https://b.test/a?q=1' }] },
    });
  });

  it('origin response: head changed and body kept, or body replaced', async () => {
    const head = door({
      originResponse: (before) => new Response(null, { status: 203, headers: [...before.headers, ['x-b', '2']] }),
    });
    const kept = (await head.call(event('origin-response', {}, response))) as Record<string, unknown>;
    expect(kept).toMatchObject({ status: '203', headers: { age: [{ value: '3' }], 'x-b': [{ value: '2' }] } });
    expect('body' in kept).toBe(false);
    const body = door({ originResponse: () => new Response('new', { status: 404 }) });
    expect(await body.call(event('origin-response', {}, response))).toMatchObject({
      status: '404',
      body: Buffer.from('new').toString('base64'),
    });
  });

  it('viewer response: fields yes, the status not', async () => {
    const fields = door({
      viewerResponse: (before) => new Response(null, { status: before.status, headers: { 'x-c': '3' } }),
    });
    expect(await fields.call(event('viewer-response', {}, response))).toMatchObject({
      headers: { 'x-c': [{ value: '3' }] },
    });
    const status = door({ viewerResponse: () => new Response(null, { status: 404 }) });
    await expect(status.call(event('viewer-response', {}, response))).rejects.toThrow(/status cannot be changed/);
    expect(status.lines.join()).toContain('lambda.edge-result');
  });

  const setting = (name: string, value: string): EdgeMoments => ({
    viewerRequest(request) {
      const changed = new Request(request);
      changed.headers.set(name, value);
      return changed;
    },
  });
  it('a read-only field that was changed refuses the request and is named', async () => {
    const { call, lines } = door(setting('via', '1.1 me'));
    expect(await call(event('viewer-request'))).toMatchObject({ status: '502' });
    expect(lines.join()).toContain('the header via is read-only');
  });
  it('a field that CloudFront forbids is never sent', async () => {
    const { call } = door(setting('x-edge-thing', '1'));
    expect(((await call(event('viewer-request'))) as { headers: object }).headers).not.toHaveProperty('x-edge-thing');
  });

  it('a function that throws: a request is refused, a response goes nowhere', async () => {
    const broken: EdgeMoments = {
      viewerRequest() {
        throw new Error('no luck');
      },
      originResponse() {
        throw new Error('no luck');
      },
    };
    const { call, lines } = door(broken);
    expect(await call(event('viewer-request'))).toMatchObject({ status: '502' });
    await expect(call(event('origin-response', {}, response))).rejects.toThrow('no luck');
    expect(lines).toHaveLength(2);
  });

  it.each([
    ['null', null],
    ['nothing in it', {}],
    ['another moment', event('viewer-nothing')],
    ['a response moment without its response', event('origin-response')],
    ['headers as a text', event('viewer-request', { headers: 'x' })],
    ['a header that is no list', event('viewer-request', { headers: { a: 1 } })],
  ])('an event that is none is refused: %s', async (_, given) => {
    const { call, lines } = door({});
    expect(await call(given)).toMatchObject({ status: expect.stringMatching(/^[45]00$/) as string });
    expect(lines.join()).toMatch(/lambda\.(?:event-shape|broken)/);
  });
});
