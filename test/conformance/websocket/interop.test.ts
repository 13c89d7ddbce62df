import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { echoServer, type EchoServer } from './harness.ts';

let plain: EchoServer;
let packed: EchoServer;
beforeAll(async () => {
  const large = { maxFrame: 4 << 20, maxMessage: 4 << 20, maxPending: 64 << 20 };
  plain = await echoServer(large);
  packed = await echoServer(large, { sendTakeover: true, receiveTakeover: true, maxSendBits: 15, maxReceiveBits: 15 });
});
afterAll(() => Promise.all([plain.stop(), packed.stop()]));

interface Talk {
  readonly echoes: readonly Buffer[];
  readonly kinds: readonly boolean[];
  readonly code: number;
  readonly extensions: string;
}

/** An independent client says everything, waits for all echoes, and says goodbye. */
function talk(port: number, messages: readonly (string | Buffer)[], options: WebSocket.ClientOptions): Promise<Talk> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, options);
    const echoes: Buffer[] = [];
    const kinds: boolean[] = [];
    ws.on('error', reject);
    ws.on('open', () => messages.forEach((message) => ws.send(message)));
    ws.on('message', (data, binary) => {
      echoes.push(data as Buffer);
      kinds.push(binary);
      if (echoes.length === messages.length) ws.close(3001, 'thanks');
    });
    ws.on('close', (code) => resolve({ echoes, kinds, code, extensions: ws.extensions }));
  });
}

const text = (size: number): string => 'wäre μῆνιν 𝄞 plain '.repeat(Math.ceil(size / 20)).slice(0, size);
const noise = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, i) => (i * 2654435761) >>> 24));
const messages = [
  ...[0, 1, 125, 126, 127, 1023, 1024, 65_535, 65_536, 200_000, 1_000_000].map(text),
  ...[0, 1, 126, 70_000].map(noise),
];

describe('an independent client', () => {
  const cases: readonly (readonly [string, 'plain' | 'packed', WebSocket.ClientOptions, string])[] = [
    ['without compression', 'plain', { perMessageDeflate: false }, ''],
    ['offering compression to a server that has none', 'plain', {}, ''],
    [
      'with compression and takeover both ways',
      'packed',
      { perMessageDeflate: { threshold: 0 } },
      'permessage-deflate',
    ],
    [
      'with compression and no takeover',
      'packed',
      { perMessageDeflate: { threshold: 0, clientNoContextTakeover: true, serverNoContextTakeover: true } },
      'permessage-deflate',
    ],
    [
      'with small windows',
      'packed',
      { perMessageDeflate: { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 } },
      'permessage-deflate',
    ],
  ];
  it('has 5 rows', () => expect(cases.length).toBe(5));
  for (const [name, which, options, extension] of cases) {
    it(`is understood and understands us ${name}`, async () => {
      const { port } = which === 'plain' ? plain : packed;
      const { echoes, kinds, code, extensions } = await talk(port, messages, options);
      expect(echoes.length).toBe(messages.length);
      messages.forEach((message, i) => {
        expect(kinds[i]).toBe(typeof message !== 'string');
        expect(echoes[i]!.equals(Buffer.from(message)), `message ${i}`).toBe(true);
      });
      expect(code).toBe(3001);
      expect(extensions.split(';')[0]).toBe(extension);
    });
  }

  it('hears our pings and pongs', async () => {
    const ws = new WebSocket(`ws://127.0.0.1:${plain.port}/`);
    await new Promise((resolve) => void ws.on('open', resolve));
    const answer = new Promise<Buffer>((resolve) => void ws.on('pong', resolve));
    ws.ping('are you there');
    expect((await answer).toString()).toBe('are you there');
    ws.terminate();
  });
});
