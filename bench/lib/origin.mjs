// A private origin for measurements: answers 1 kB, or as many bytes as the path asks for. Prints its port.
import { createServer } from 'node:http';

const bodies = new Map();
const bodyOf = (bytes) => {
  if (!bodies.has(bytes)) bodies.set(bytes, Buffer.alloc(bytes, 'x'));
  return bodies.get(bytes);
};
const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  const bytes = Number(/^\/bytes\/(\d+)/.exec(incoming.url)?.[1] ?? 1024);
  const body = bodyOf(bytes);
  incoming.resume();
  outgoing.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', String(body.length)]);
  outgoing.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
