import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { recordingOrigin, type Recorded, type RecordingOrigin } from '../support/origin.ts';
import { speak } from '../support/wire.ts';

let origin: RecordingOrigin;
let running: Edge;

const start = async (
  document: (url: string) => Pick<DocumentInput, 'routes' | 'origins'> & { listen?: DocumentInput['listen'] } = (url) =>
    everythingTo(url),
): Promise<void> => {
  origin = await recordingOrigin();
  running = await edge(document(origin.url));
};
afterEach(async () => {
  await running.close();
  await origin.close();
});

/** What the origin got for these bytes. */
async function got(bytes: string): Promise<Recorded> {
  const before = origin.requests.length;
  const spoken = await speak(running.port, bytes);
  expect(spoken.answers.at(-1)?.status).toBe(200);
  expect(origin.requests.length).toBe(before + 1);
  return origin.requests.at(-1) as Recorded;
}

const pairs = ({ rawHeaders }: Recorded): [string, string][] => {
  const list: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) list.push([rawHeaders[at] as string, rawHeaders[at + 1] as string]);
  return list;
};
const request = (line: string, ...fields: string[]): string =>
  `${line} HTTP/1.1\r\nHost: edge.test\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

describe('what reaches the origin', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT'])('%s as it is', async (method) => {
    await start();
    const seen = await got(`${method} /x?y=%20z HTTP/1.1\r\nHost: edge.test\r\nContent-Length: 3\r\n\r\nabc`);
    expect([seen.method, seen.url, seen.body]).toEqual([method, '/x?y=%20z', 'abc']);
    expect(seen.headers['content-length']).toBe('3');
  });

  it('fields in order and case, doubles kept, bytes above 127 untouched', async () => {
    await start();
    const seen = await got(request('GET /', 'X-B: 1', 'x-a: 2', 'X-B: 3', 'X-Name: caf\xe9'));
    const own = pairs(seen).filter(([name]) => /^x-(?:a|b|name)$/i.test(name));
    expect(own).toEqual([
      ['X-B', '1'],
      ['x-a', '2'],
      ['X-B', '3'],
      ['X-Name', 'caf\xe9'],
    ]);
  });

  it('no hop-by-hop field, and none that Connection nominates', async () => {
    await start();
    const seen = await got(
      request(
        'GET /',
        'Connection: keep-alive, X-Hop, , "quoted"',
        'Keep-Alive: timeout=5',
        'X-Hop: secret',
        'TE: trailers',
        'Trailer: X-Sum',
        'Proxy-Connection: keep-alive',
        'Proxy-Authorization: Basic eA==',
        'HTTP2-Settings: AAMAAABk',
        'X-Stays: yes',
      ),
    );
    const names = pairs(seen).map(([name]) => name.toLowerCase());
    expect(names).toContain('x-stays');
    for (const gone of [
      'keep-alive',
      'x-hop',
      'te',
      'trailer',
      'proxy-connection',
      'proxy-authorization',
      'http2-settings',
      'upgrade',
    ])
      expect(names).not.toContain(gone);
    expect(seen.headers.connection).toBe('keep-alive'); // our own, for our own connection
  });

  it('a viewer cannot nominate away what we say about him', async () => {
    await start();
    const seen = await got(request('GET /', 'Connection: X-Forwarded-For, Via, Forwarded, Host'));
    expect(seen.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(seen.headers.via).toBe('1.1 sallyport');
    expect(seen.headers.host).toBe(new URL(origin.url).host);
  });

  it('no field that some servers take for another method or path', async () => {
    await start();
    const seen = await got(
      request('GET /', 'X-Original-URL: /admin', 'X-Rewrite-URL: /admin', 'X-HTTP-Method-Override: DELETE'),
    );
    expect(Object.keys(seen.headers).filter((name) => /original|rewrite|override/.test(name))).toEqual([]);
  });

  it('without trusted proxies: our own word only, whatever the viewer claims', async () => {
    await start();
    const seen = await got(
      request(
        'GET /',
        'X-Forwarded-For: 1.2.3.4',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: evil.test',
        'X-Forwarded-Port: 443',
        'Forwarded: for=1.2.3.4',
        'Via: 1.0 fred',
      ),
    );
    expect(seen.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'edge.test',
      'x-forwarded-port': String(running.port),
      forwarded: 'for=127.0.0.1;host="edge.test";proto=http',
      via: '1.0 fred, 1.1 sallyport',
    });
    expect(running.records.at(-1)?.client).toBe('127.0.0.1');
  });

  it('behind a trusted proxy: its word, and ours behind it', async () => {
    await start((url) => ({ ...everythingTo(url), listen: { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] } }));
    const seen = await got(
      request(
        'GET /',
        'X-Forwarded-For: 9.9.9.9, 198.51.100.7',
        'X-Forwarded-For: 10.0.0.9',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: api.test',
        'Forwarded: for=198.51.100.7',
      ),
    );
    expect(seen.headers).toMatchObject({
      'x-forwarded-for': '9.9.9.9, 198.51.100.7, 10.0.0.9, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'api.test',
      forwarded: 'for=198.51.100.7, for=127.0.0.1;host="edge.test";proto=https',
    });
    // The first address from the right that is no proxy of ours; what stands left of it is only claimed.
    expect(running.records.at(-1)?.client).toBe('198.51.100.7');
  });

  it('an IPv6 viewer stands in brackets in Forwarded', async () => {
    await start((url) => ({ ...everythingTo(url), listen: { trustedProxies: ['127.0.0.1'] } }));
    await got(request('GET /', 'X-Forwarded-For: 2001:DB8:0::7'));
    expect(running.records.at(-1)?.client).toBe('2001:db8::7');
  });

  it('a chain that cannot be read is not believed', async () => {
    await start((url) => ({ ...everythingTo(url), listen: { trustedProxies: ['127.0.0.1'] } }));
    await got(request('GET /', 'X-Forwarded-For: 198.51.100.7, unknown'));
    expect(running.records.at(-1)?.client).toBe('127.0.0.1');
  });

  it("the Host that the document wants, and fields with secrets in place of the viewer's", async () => {
    origin = await recordingOrigin();
    running = await edge(
      everythingTo(origin.url, { host: 'viewer', headers: { 'X-Origin-Verify': '${secret:EDGE}' } }),
      {
        ports: { secret: (name) => (name === 'EDGE' ? 's3cret' : null) },
      },
    );
    const seen = await got(request('GET /', 'x-origin-verify: forged', 'x-api-key: mine'));
    expect(seen.headers.host).toBe('edge.test');
    expect(pairs(seen).filter(([name]) => name.toLowerCase() === 'x-origin-verify')).toEqual([
      ['X-Origin-Verify', 's3cret'],
    ]);
    expect(seen.headers['x-api-key']).toBeUndefined();
  });
});

describe('the path at the origin', () => {
  const routes = (url: string, path: string, rewrite: string, listen: DocumentInput['listen'] = {}) => ({
    routes: { [`ANY ${path}`]: { to: 'main', rewrite } },
    origins: { main: { url, allow: ['127.0.0.1'] } },
    listen,
  });

  it.each([
    ['/orders/{id}', '/v2/o/{id}', '/orders/7?x=1', '/v2/o/7?x=1'],
    ['/orders/{id}', '/v2/o/{id}', '/orders/a%20b', '/v2/o/a%20b'],
    ['/orders/{id}', '/v2/o/{id}', '/orders/a%3Fb', '/v2/o/a%3Fb'],
    ['/t/{tenant}/{proxy+}', '/{proxy+}', '/t/acme/x/y%20z/', '/x/y%20z/'],
    ['/t/{tenant}/{proxy+}', '/{tenant}/in/{proxy+}', '/t/acme/x', '/acme/in/x'],
    ['/a/{b}', '/static', '/a/1?q', '/static?q'],
    ['/{proxy+}', '/base/{proxy+}', '/', '/base/'],
  ])('%s to %s: %s becomes %s', async (path, rewrite, asked, wanted) => {
    await start((url) => routes(url, path, rewrite));
    expect((await got(request(`GET ${asked}`))).url).toBe(wanted);
  });

  it('with encoded slashes kept, a parameter is still what stands in its place', async () => {
    await start((url) => routes(url, '/a/{id}', '/v2/{id}', { paths: { encodedSlash: 'keep' } }));
    expect((await got(request('GET /a%2Fb'))).url).toBe('/v2/b');
  });
});

describe('the answer', () => {
  it('loses hop-by-hop fields, keeps doubles and gains a Via', async () => {
    origin = await recordingOrigin((_, outgoing) => {
      outgoing
        .writeHead(200, [
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          'Connection',
          'X-Hop',
          'X-Hop',
          '1',
          'Keep-Alive',
          'timeout=5',
          'X-Stays',
          '1',
          'Content-Length',
          '2',
          'Via',
          '1.1 inner',
        ])
        .end('ok');
    });
    running = await edge(everythingTo(origin.url));
    const response = await fetch(`${running.url}/`);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('via')).toBe('1.1 inner, 1.1 sallyport');
    expect(response.headers.get('x-hop')).toBeNull();
    expect(response.headers.get('x-stays')).toBe('1');
    expect(response.headers.get('x-sallyport-from')).toBe(`integration main ${new URL(origin.url).host}`);
    expect(await response.text()).toBe('ok');
  });

  it.each([
    ['HEAD', 'HEAD', 200, ['Content-Length', '1234']],
    ['204', 'GET', 204, []],
    ['304 with a length', 'GET', 304, ['Content-Length', '1234', 'ETag', '"a"']],
  ])('%s has no body and the connection goes on', async (_, method, status, fields) => {
    origin = await recordingOrigin((__, outgoing) => void outgoing.writeHead(status, fields).end());
    running = await edge(everythingTo(origin.url));
    const one = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
    const spoken = await speak(running.port, one + one, { expected: 2, headOnly: true });
    expect(spoken.answers.map((answer) => answer.status)).toEqual([status, status]);
    expect(spoken.rest).toBe('');
    if (fields.length > 0) expect(spoken.answers[0]?.headers.get('content-length')).toBe('1234');
  });

  it('is the final one: 103 before it is not taken for it', async () => {
    origin = await recordingOrigin((_, outgoing) => {
      outgoing.writeEarlyHints({ link: '</a.css>; rel=preload' });
      outgoing.writeHead(200, { 'content-length': '5' }).end('final');
    });
    running = await edge(everythingTo(origin.url));
    const spoken = await speak(running.port, request('GET /'));
    expect(spoken.answers.at(-1)).toMatchObject({ status: 200, body: 'final' });
  });
});
