import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { rawExchange } from '../support/waf-raw.ts';

let folder: string;
let origin: Server;
let shell: Edge;
let received = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-http-'));
  writeFileSync(
    join(folder, 'own.conf'),
    'SecRule ARGS "@contains attack" "id:1,phase:2,deny"\nSecRule RESPONSE_BODY "@contains leak" "id:2,phase:4,deny"\n',
  );
  origin = createServer((incoming, outgoing) => {
    received++;
    incoming.on('end', () =>
      outgoing
        .writeHead(200, { 'content-type': 'text/plain' })
        .end(incoming.url === '/leak' ? `${'x'.repeat(100_000)}leak` : 'fine'),
    );
    incoming.resume();
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  shell = await edge(
    {
      ...everythingTo(`http://127.0.0.1:${(origin.address() as AddressInfo).port}`),
      waf: { use: 'rules', rules: { after: ['own.conf'] }, body: { bytes: '64kb' } },
    },
    { folder },
  );
});
afterAll(async () => {
  await shell.close();
  origin.closeAllConnections();
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (pieces: readonly string[]): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n${pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`;
const next = 'GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe('the firewall at a real socket', () => {
  it.each<[string, string, readonly number[]]>([
    ['a form, then another request on the connection', post('a=b') + next, [200, 200]],
    ['an attack, then another request on the connection', post('a=attack') + next, [403, 200]],
    ['an attack in chunks', chunked(['a=at', 'tack']), [403]],
    ['a body that says that it is too long', post('a'.repeat(100_000)), [413]],
    ['a body that turns out to be too long', chunked(Array.from({ length: 60 }, () => 'b'.repeat(4000))), [413]],
    ['an answer with a leak at its end', 'GET /leak HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', [403]],
  ])('%s', async (_, bytes, statuses) => {
    const before = received;
    const reply = await rawExchange(shell.port, bytes);
    expect([...reply.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))).toEqual(statuses);
    if (!bytes.includes('/leak')) expect(received - before).toBe(statuses.filter((status) => status === 200).length);
    expect(reply).not.toContain('leak\r\n');
  });
});
