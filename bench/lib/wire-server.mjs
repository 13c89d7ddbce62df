// The least that our own HTTP/1 engine can do: the same answers as bare-server.mjs, from memory. Prints its port.
import { createServer } from 'node:net';
import { Body } from '../../dist/http/body.js';
import { HeaderList } from '../../dist/http/headers.js';
import { WireEngine } from '../../dist/node/wire/engine.js';

const answer = (size) => {
  const body = Body.of(Buffer.alloc(size, 'x'));
  const headers = HeaderList.of({ 'Content-Type': 'text/plain', 'Cache-Control': 'max-age=3600' });
  return { status: 200, headers, body, from: { by: 'function', name: 'bench' } };
};
const answers = { '/1k': answer(1024), '/100k': answer(102_400) };

const engine = new WireEngine({
  app: { handle: (request) => answers[request.target] ?? answers['/1k'], ports: { log: () => {}, sinks: [] } },
  limits: { headerBytes: 16_384, headerMs: 10_000, requestMs: 60_000, idleMs: 65_000 },
  viewer: () => null,
  broken: () => {},
  upgrade: ({ socket }) => socket.destroy(),
});
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => engine.connection(socket));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
