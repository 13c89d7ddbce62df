// The least that node:http can do: the same bytes from memory. Also the origin behind the caches. Prints its port.
import { createServer } from 'node:http';

const bodies = { '/1k': Buffer.alloc(1024, 'x'), '/100k': Buffer.alloc(102_400, 'x') };

const server = createServer((request, response) => {
  const body = bodies[request.url] ?? bodies['/1k'];
  response.writeHead(200, {
    'Content-Type': 'text/plain',
    'Cache-Control': 'max-age=3600',
    'Content-Length': body.length,
  });
  response.end(body);
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
