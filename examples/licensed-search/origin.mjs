// The expensive origin: half a second for each search, and it counts them. node origin.mjs [PORT]
import { createServer } from 'node:http';

const known = new Set(['acme-0001', 'globex-0002']);
let searches = 0;

createServer((request, response) => {
  const url = new URL(request.url, 'http://origin');
  if (url.pathname === '/count') return response.end(String(searches));
  const key = url.searchParams.get('license') ?? request.headers['x-license'];
  // With CHECK=origin a bad key is refused here: without max-age, so that nobody keeps the refusal.
  if (key !== undefined && !known.has(key))
    return response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":"licence"}');
  searches++;
  const answer = JSON.stringify({
    query: url.searchParams.get('q'),
    results: ['one', 'two', 'three'],
    search: searches,
  });
  setTimeout(
    () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'max-age=300',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    },
    Number(process.env.DELAY ?? 500),
  );
}).listen(Number(process.argv[2] ?? 9000), '127.0.0.1', function () {
  console.log(JSON.stringify({ port: this.address().port }));
});
