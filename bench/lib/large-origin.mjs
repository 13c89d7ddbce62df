// An origin with small and large answers, both fresh for an hour: node large-origin.mjs BYTES. Prints its port.
import { createServer } from 'node:http';

const large = Buffer.alloc(Number(process.argv[2]), 'x');
const small = Buffer.alloc(1024, 'x');
const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  const body = incoming.url.startsWith('/large') ? large : small;
  outgoing.writeHead(200, {
    'Content-Type': 'text/plain',
    'Cache-Control': 'max-age=3600',
    'Content-Length': body.length,
  });
  outgoing.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
