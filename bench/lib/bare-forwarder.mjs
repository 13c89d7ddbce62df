// The baseline: what a careful person writes in an hour with node:http and undici's pool. Forwards, streams both ways,
// strips hop-by-hop fields, adds X-Forwarded-For; no routes, no keys, no throttle, no trace. Prints its port.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const hop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
]);
const origin = process.argv[2];
const pool = new Pool(origin, { connections: 128 });

const strip = (raw, text) => {
  const kept = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = text(raw[at]);
    if (!hop.has(name.toLowerCase())) kept.push(name, text(raw[at + 1]));
  }
  return kept;
};

class Answer {
  constructor(outgoing) {
    this.outgoing = outgoing;
  }
  onConnect(abort) {
    this.outgoing.once('close', () => {
      if (!this.outgoing.writableFinished) abort();
    });
  }
  onHeaders(status, raw, resume) {
    if (status < 200) return true;
    this.outgoing.on('drain', resume);
    this.outgoing.writeHead(
      status,
      strip(raw, (bytes) => bytes.toString('latin1')),
    );
    return true;
  }
  onData(chunk) {
    return this.outgoing.write(chunk);
  }
  onComplete() {
    this.outgoing.end();
  }
  onError() {
    if (this.outgoing.headersSent) this.outgoing.destroy();
    else this.outgoing.writeHead(502).end();
  }
}

const server = createServer((incoming, outgoing) => {
  const headers = strip(incoming.rawHeaders, (text) => text);
  headers.push('X-Forwarded-For', incoming.socket.remoteAddress);
  const framed =
    incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding'] !== undefined;
  pool.dispatch(
    { method: incoming.method, path: incoming.url, headers, body: framed ? incoming : null },
    new Answer(outgoing),
  );
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
