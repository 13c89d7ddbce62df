import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { certificate, type Certificate } from '../support/certificate.ts';
import { edge, type Edge } from '../support/edge.ts';
import { temporaryFolder } from '../support/folder.ts';

const server = certificate('server');
const friend = certificate('friend');
const stranger = certificate('stranger');
let running: Edge | null = null;
let folder: ReturnType<typeof temporaryFolder> | null = null;
afterEach(async () => {
  await running?.close();
  folder?.remove();
});

const handler = `export const handler = async (event) => ({ statusCode: 200,
  body: JSON.stringify(event.requestContext.identity?.clientCert ?? event.requestContext.authentication?.clientCert ?? null),
});`;

async function start(clients: object | null, truststore = friend.cert): Promise<void> {
  folder = temporaryFolder({
    'edge.crt': server.cert,
    'edge.key': server.key,
    'clients.pem': truststore,
    'f.mjs': handler,
  });
  const to = { use: 'function', with: { file: './f.mjs' } };
  running = await edge(
    {
      apis: {
        closed: { kind: 'rest', mutualTls: true, routes: { 'GET /a': { to } } },
        http: { kind: 'http', basePath: 'h', mutualTls: true, routes: { 'GET /a': { to } } },
        open: { kind: 'rest', stage: 'open', routes: { 'GET /a': { to } } },
      },
      listen: { tls: { cert: 'edge.crt', key: 'edge.key', ...(clients ? { clients } : {}) } },
    } as never,
    { folder: folder.path },
  );
}

const ask = (path: string, own: Certificate | null): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { port: running?.port, host: 'localhost', ca: server.cert, path, agent: false, ...own },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    sent.on('error', reject).end();
  });

describe('mutual TLS', () => {
  it('IA-3 a certificate of the truststore passes and stands in the event; none, or a stranger, is 403', async () => {
    await start({ truststore: 'clients.pem' });
    const known = await ask('/prod/a', friend);
    expect(known.status).toBe(200);
    const cert = JSON.parse(known.body) as Record<string, unknown>;
    expect(cert).toMatchObject({
      subjectDN: 'CN=friend',
      issuerDN: 'CN=friend',
      serialNumber: expect.stringMatching(/^[0-9a-f]{2}(:[0-9a-f]{2})+$/),
      validity: { notBefore: expect.stringContaining('GMT'), notAfter: expect.stringContaining('GMT') },
    });
    expect(String(cert['clientCertPem']).trim()).toBe(friend.cert.trim());
    expect(JSON.parse((await ask('/h/a', friend)).body)).toEqual(cert);
    for (const own of [null, stranger]) {
      const refused = await ask('/prod/a', own);
      expect([refused.status, refused.body]).toEqual([403, '{"message":"Forbidden"}']);
      expect((await ask('/h/a', own)).status).toBe(403);
      expect(running?.records.at(-1)?.code).toBe('gateway.client-certificate.missing');
      // An API that does not ask for it stays open, and does not hear of the certificate.
      expect(await ask('/open/a', own)).toEqual({ status: 200, body: 'null' });
    }
    expect((await ask('/open/a', friend)).body).toBe('null');
  });

  it('IA-3 over HTTP/2 too', async () => {
    await start({ truststore: 'clients.pem' });
    const statuses = await Promise.all(
      [friend, stranger].map(
        (own) =>
          new Promise<number>((resolve, reject) => {
            const session = connectHttp2(`https://localhost:${running?.port}`, { ca: server.cert, ...own });
            session.on('error', reject);
            const stream = session.request({ ':path': '/prod/a' });
            stream.on('response', (headers) => {
              resolve(Number(headers[':status']));
              stream.resume().on('close', () => session.close());
            });
          }),
      ),
    );
    expect(statuses).toEqual([200, 403]);
  });

  it('IA-3 where it is required the handshake fails without one', async () => {
    await start({ truststore: 'clients.pem', required: true });
    expect((await ask('/open/a', friend)).status).toBe(200);
    await expect(ask('/open/a', null)).rejects.toThrow();
    await expect(ask('/open/a', stranger)).rejects.toThrow();
  });

  it('IA-3 without a truststore, or with one that is none, nothing starts', async () => {
    await expect(start(null)).rejects.toThrow(/a truststore/);
    await expect(start({ truststore: 'clients.pem' }, 'no certificate')).rejects.toThrow(/has no certificate in PEM/);
  });
});
