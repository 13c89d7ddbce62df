import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { closeBody, echoServer, exchange, frame, handshakeText, KEY, type EchoServer } from './harness.ts';

let server: EchoServer;
beforeAll(async () => {
  server = await echoServer();
});
afterAll(() => server.stop());

const bye = frame({ op: 8, body: closeBody(1000) });
const H = handshakeText;

const taken: readonly (readonly [string, string])[] = [
  ['6455 4.2.1: as the RFC has it', H()],
  ['6455 4.2.1: Upgrade in capitals', H('', { Upgrade: 'Upgrade: WebSocket' })],
  ['6455 4.2.1: Upgrade in a list', H('', { Upgrade: 'Upgrade: h2c, websocket' })],
  ['6455 4.2.1: Connection as browsers send it', H('', { Connection: 'Connection: keep-alive, Upgrade' })],
  [
    '6455 4.2.1: field names in any case',
    H('', { Key: `SEC-WEBSOCKET-KEY: ${KEY}`, Version: 'sec-websocket-version: 13' }),
  ],
  ['6455 4.2.1: blanks around the key', H('', { Key: `Sec-WebSocket-Key:    ${KEY}   ` })],
  ['6455 4.2.1: an Origin', H('Origin: http://example.com\r\n')],
  ['6455 4.2.1: cookies and others', H('Cookie: a=b\r\nX-Thing: 1\r\n')],
  ['6455 4.2.1: a query', H('', { Request: 'GET /chat?room=1&x=%20 HTTP/1.1' })],
  ['9112 6: Content-Length of zero', H('Content-Length: 0\r\n')],
  ['6455 4.1: a list of subprotocols, none known', H('Sec-WebSocket-Protocol: a, b\r\n')],
  ['6455 9.1: an extension with parameters that is not known', H('Sec-WebSocket-Extensions: foo; bar=1; baz="q"\r\n')],
];

const refused: readonly (readonly [string, string, number, RegExp?])[] = [
  ['9110 7.8: HTTP/1.0 does not upgrade', H('', { Request: 'GET /chat HTTP/1.0' }), 426, /^Upgrade: websocket\r$/im],
  ['6455 4.2.1: POST', H('', { Request: 'POST /chat HTTP/1.1' }), 405, /^Allow: GET\r$/im],
  ['6455 4.2.1: PUT', H('', { Request: 'PUT /chat HTTP/1.1' }), 405],
  ['6455 4.2.1: HEAD', H('', { Request: 'HEAD /chat HTTP/1.1' }), 405],
  ['6455 4.2.1: no Upgrade field', H('', { Upgrade: '' }), 426],
  ['6455 4.2.1: another protocol', H('', { Upgrade: 'Upgrade: h2c' }), 426],
  ['6455 4.2.1: websocket as part of a word', H('', { Upgrade: 'Upgrade: websockets' }), 426],
  ['6455 4.2.1: no Connection field', H('', { Connection: '' }), 426],
  ['6455 4.2.1: Connection without upgrade', H('', { Connection: 'Connection: keep-alive' }), 426],
  ['6455 4.2.1: no Host', H('', { Host: '' }), 400],
  ['6455 4.2.1: two Hosts', H('Host: other\r\n'), 400],
  ['6455 4.2.1: no key', H('', { Key: '' }), 400],
  ['6455 4.2.1: an empty key', H('', { Key: 'Sec-WebSocket-Key: ' }), 400],
  ['6455 4.2.1: a key of 15 bytes', H('', { Key: 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA' }), 400],
  ['6455 4.2.1: a key of 17 bytes', H('', { Key: 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=' }), 400],
  ['6455 4.2.1: a key that is not base64', H('', { Key: 'Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==' }), 400],
  ['6455 4.2.1: a key without padding', H('', { Key: `Sec-WebSocket-Key: ${KEY.slice(0, -2)}` }), 400],
  ['6455 4.2.1: a key with loose padding bits', H('', { Key: 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAB==' }), 400],
  ['6455 4.2.1: two keys', H(`Sec-WebSocket-Key: ${KEY}\r\n`), 400],
  ['6455 4.2.2: no version', H('', { Version: '' }), 426, /^Sec-WebSocket-Version: 13\r$/im],
  ['6455 4.4: version 8', H('', { Version: 'Sec-WebSocket-Version: 8' }), 426, /^Sec-WebSocket-Version: 13\r$/im],
  ['6455 4.4: version 14', H('', { Version: 'Sec-WebSocket-Version: 14' }), 426, /^Sec-WebSocket-Version: 13\r$/im],
  ['6455 4.2.1: two versions', H('Sec-WebSocket-Version: 13\r\n'), 426],
  ['6455 4.2.1: versions in a list', H('', { Version: 'Sec-WebSocket-Version: 13, 8' }), 426],
  ['6455 4.1: the same subprotocol twice', H('Sec-WebSocket-Protocol: a, a\r\n'), 400],
  ['6455 4.1: a subprotocol that is no token', H('Sec-WebSocket-Protocol: a b\r\n'), 400],
  ['6455 4.1: an empty subprotocol', H('Sec-WebSocket-Protocol: a,,b\r\n'), 400],
  ['6455 9.1: extensions that cannot be read', H('Sec-WebSocket-Extensions: foo; =bar\r\n'), 400],
  ['6455 9.1: a quoted value that is no token', H('Sec-WebSocket-Extensions: foo; a="b c"\r\n'), 400],
  ['6455 9.1: an open quote', H('Sec-WebSocket-Extensions: foo; a="b\r\n'), 400],
  ['9112 6: a body by Content-Length', H('Content-Length: 5\r\n'), 400],
  ['9112 6: a body by Transfer-Encoding', H('Transfer-Encoding: chunked\r\n'), 400],
];

describe('handshakes that are taken', () => {
  it('has 12 rows', () => expect(taken.length).toBe(12));
  for (const [name, text] of taken) {
    it(name, async () => {
      const { head, frames } = await exchange(server.port, text, [frame({ op: 1, body: 'hi' }), bye]);
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      // The example of RFC 6455 section 1.3.
      expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      expect(head).toMatch(/^Upgrade: websocket\r$/im);
      expect(head).toMatch(/^Connection: Upgrade\r$/im);
      expect(head).not.toMatch(/^Sec-WebSocket-(Protocol|Extensions):/im);
      expect(frames.map((seen) => seen.opcode)).toEqual([1, 8]);
    });
  }
  it('6455 4.2.2: a subprotocol of the list is chosen', async () => {
    const { head } = await exchange(
      server.port,
      H('Sec-WebSocket-Protocol: chat.v1\r\nSec-WebSocket-Protocol: chat.v2\r\n'),
      [bye],
    );
    expect(head).toMatch(/^Sec-WebSocket-Protocol: chat\.v2\r$/m);
  });
  it('6455 4.1: frames that come with the handshake in one piece are heard', async () => {
    const { frames } = await exchange(server.port, H(), [frame({ op: 1, body: 'early' }), bye], { early: true });
    expect(frames.map((seen) => seen.payload.toString())[0]).toBe('early');
  });
});

describe('handshakes that are refused', () => {
  it('has 32 rows', () => expect(refused.length).toBe(32));
  for (const [name, text, status, more] of refused) {
    it(name, async () => {
      const { head } = await exchange(server.port, text, []);
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(head).not.toMatch(/^Sec-WebSocket-Accept:/im);
      if (more !== undefined) expect(head).toMatch(more);
    });
  }
});
