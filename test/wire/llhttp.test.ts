import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WireEngine, type EngineParts } from '../../src/node/wire/engine.ts';
import { Line } from '../support/line.ts';
import { corpus } from './corpus.ts';

/** A request that came whole. */
interface Seen {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  readonly body: string;
}

interface Reading {
  readonly seen: Seen[];
  /** Statuses that were answered, in order. */
  readonly statuses: readonly number[];
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const headerBytes = 16_384;

/** Speaks the bytes in pieces of `size`, and waits until all is read and answered. `slowly`: as packets of their own. */
async function speak(line: Line, text: string, size: number, slowly: boolean, seen: Seen[]): Promise<Reading> {
  for (let at = 0; at < text.length; at += size) {
    if (!line.destroyed) line.push(Buffer.from(text.slice(at, at + size), 'latin1'));
    if (slowly) await turn();
  }
  for (let at = 0; at < 5; at++) await turn();
  line.destroy();
  await turn();
  return { seen, statuses: [...line.written.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((found) => Number(found[1])) };
}

/**
 * As Node's own parser reads it, in the strictness it has when nobody asks for less; byte by byte, because Node forgets
 * what came whole when the same packet goes on with something broken.
 */
async function byNode(text: string): Promise<Reading> {
  const seen: Seen[] = [];
  const server = createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: headerBytes });
  server.maxHeadersCount = 0;
  const take = (incoming: IncomingMessage, body: string): void => {
    seen.push({ method: incoming.method ?? '', target: incoming.url ?? '', fields: incoming.rawHeaders, body });
  };
  server.on('request', (incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      if (!incoming.complete) return;
      take(incoming, body);
      outgoing.end();
    });
    incoming.on('error', () => {});
  });
  server.on('upgrade', (incoming) => take(incoming, ''));
  const line = new Line();
  server.emit('connection', line);
  return speak(line, text, 1, true, seen);
}

/** As our own engine reads it. */
async function byOurs(text: string, size = text.length): Promise<Reading> {
  const seen: Seen[] = [];
  const answer = { status: 200, body: null, headers: { flat: [] } };
  const app = {
    ports: { clock: { now: () => 0 }, sinks: [], log: () => {} },
    document: { answers: { traceHeader: false } },
    handle(request: Parameters<EngineParts['app']['handle']>[0]) {
      const { method, target, headers, body } = request;
      const take = (content: string): void => void seen.push({ method, target, fields: headers.flat, body: content });
      if (body === null) {
        take('');
        return answer;
      }
      return body.bytes().then((bytes) => {
        take(Buffer.from(bytes).toString('latin1'));
        return answer;
      });
    },
  };
  const engine = new WireEngine({
    app: app as unknown as EngineParts['app'],
    limits: { headerBytes, headerMs: 60_000, requestMs: 60_000, idleMs: 60_000 },
    viewer: (() => ({})) as unknown as EngineParts['viewer'],
    broken: () => {},
    upgrade: ({ request }) =>
      void seen.push({ method: request.method, target: request.target, fields: request.headers.flat, body: '' }),
  });
  const line = new Line();
  engine.connection(line as unknown as Parameters<WireEngine['connection']>[0]);
  const reading = await speak(line, text, size, false, seen);
  engine.destroy();
  return reading;
}

/** Where we take less than Node, and why. Nothing may stand here without need, and nothing else may differ. */
const stricter: Readonly<Record<string, string>> = {
  'line: GET *': 'RFC 9112 section 3.2.4: the asterisk is for OPTIONS',
  'line: scheme without host': 'RFC 9110 section 4.2.1: an http URI has a host',
  'line: two blanks before the target': 'RFC 9112 section 3: one blank',
  'line: two blanks before the version': 'RFC 9112 section 3: one blank',
  'line: another protocol': 'it is HTTP that is spoken here',
  'ends: bare LF first': 'RFC 9112 section 2.2 lets an empty line pass, and that ends with CR LF',
  'ends: bare CR first': 'RFC 9112 section 2.2: a bare CR ends no line',
  'length: sixteen zeros': 'more digits than a length has that can be meant',
  'coding: empty': 'RFC 9112 section 6.3: chunked is not its last coding, so nobody knows where the body ends',
  'coding: gzip, chunked': 'nobody here takes off the other coding, and the next server may not see it',
  'coding: comma before': 'a list with a hole: others stop reading at it',
  'coding: identity, then it': 'two lines that servers put together in different ways',
  'other: chunks in HTTP/1.0': 'RFC 9112 section 6.1: HTTP/1.0 has no codings, so its framing is faulty',
};

describe("our reading of HTTP/1.1 against Node's", () => {
  it('has rows enough to mean something', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(230);
    expect(new Set(corpus.map(([says]) => says)).size).toBe(corpus.length);
    expect(Object.keys(stricter).filter((says) => !corpus.some(([row]) => row === says))).toEqual([]);
  });

  it.each(corpus.map(([says, bytes]): [string, string] => [says, bytes]))('%s', async (says, bytes) => {
    const ours = await byOurs(bytes);
    const theirs = await byNode(bytes);
    // What we take, Node takes, and sees the same in it.
    expect(ours.seen).toEqual(theirs.seen.slice(0, ours.seen.length));
    const less = ours.seen.length < theirs.seen.length;
    expect(less ? says : null, 'Node takes more').toBe(says in stricter ? says : null);
  });

  it.each(corpus.map(([says, bytes]): [string, string] => [says, bytes]))('however it is cut: %s', async (_, bytes) => {
    const whole = await byOurs(bytes);
    for (const size of bytes.length > 1500 ? [7, 100] : [1, 3]) {
      const cut = await byOurs(bytes, size);
      expect(cut.seen).toEqual(whole.seen);
      // Words about a broken request are left out where an answer is owed, and that can depend on when the bytes come.
      expect(cut.statuses.filter((status) => status === 200)).toEqual(
        whole.statuses.filter((status) => status === 200),
      );
    }
  });
});
