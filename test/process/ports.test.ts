import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { sallyportCommand, type Ran } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

const taken: Server[] = [];
afterEach(async () => {
  await Promise.all(taken.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** A port with somebody on it. */
async function occupied(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  taken.push(server);
  return (server.address() as AddressInfo).port;
}

async function start(listen: number, admin: number, host = '127.0.0.1'): Promise<Ran> {
  const folder = temporaryFolder({
    'sallyport.config.json': JSON.stringify({
      listen: { port: listen, host },
      admin: { port: admin },
      store: { use: 'memory' },
      routes: { 'ANY /{proxy+}': { to: 'main' } },
      origins: { main: { url: 'https://origin.example.com' } },
    }),
  });
  try {
    return await sallyportCommand(folder.path, ['start']);
  } finally {
    folder.remove();
  }
}

describe('a port that is taken', () => {
  it('the operator port: said at once in words, and nobody has been served', async () => {
    const port = await occupied();
    const { code, out, err } = await start(0, port);
    expect(code).toBe(1);
    expect(err).toContain(
      `sallyport: admin.port: 127.0.0.1:${port} is taken: end what listens there, or write another port, 0 for any that is free`,
    );
    expect(out + err).not.toContain('listens on');
  });

  it('both: the operator port is asked for first, so the listener never was open', async () => {
    const [listen, admin] = [await occupied(), await occupied()];
    const { code, err } = await start(listen, admin);
    expect(code).toBe(1);
    expect(err).toContain(`admin.port: 127.0.0.1:${admin}`);
    expect(err).not.toContain('listen.port');
  });

  it('an address that is none of this machine: said so', async () => {
    const { code, err } = await start(0, 0, '192.0.2.1');
    expect(code).toBe(1);
    expect(err).toContain('sallyport: listen.host: 192.0.2.1:0 is no address of this machine');
  });

  it('the demo says which, and how to choose others', async () => {
    const port = await occupied();
    const folder = temporaryFolder({});
    const { code, err } = await sallyportCommand(folder.path, ['demo', '--port', '0', '--admin-port', String(port)]);
    folder.remove();
    expect(code).toBe(1);
    expect(err).toContain(`sallyport: a port is taken (${port}); choose others`);
  });

  it("the listener's own: the same, and the process ends", async () => {
    const port = await occupied();
    const { code, err } = await start(port, 0);
    expect(code).toBe(1);
    expect(err).toContain(`sallyport: listen.port: 127.0.0.1:${port} is taken`);
  });
});
