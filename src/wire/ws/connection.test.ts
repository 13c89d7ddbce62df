import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Connection } from './connection.ts';
import { frames } from './frame-writer.ts';
import { defaultLimits, type Limits, type Peer, type Terms, type TextHost, type Wire } from './terms.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const text: TextHost = {
  alloc: (size) => new Uint8Array(size),
  byteLength: (value) => encoder.encode(value).length,
  write: (value, into, at) => void encoder.encodeInto(value, into.subarray(at)),
  read: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
};

interface Pipe extends Wire {
  out: Uint8Array[];
  ended: boolean;
  destroyed: boolean;
  paused: boolean;
  pending: number;
  taken: number;
}

function pipe(): Pipe {
  return {
    out: [],
    ended: false,
    destroyed: false,
    paused: false,
    pending: 0,
    taken: 0,
    write(bytes) {
      this.out.push(bytes);
    },
    end() {
      this.ended = true;
    },
    destroy() {
      this.destroyed = true;
    },
    pause() {
      this.paused = true;
    },
    resume() {
      this.paused = false;
    },
  };
}

interface Side {
  readonly connection: Connection<string>;
  readonly wire: Pipe;
  readonly heard: string[];
  readonly closed: string[];
  turn(ms: number): void;
}

function side(limits: Partial<Limits> = {}, onMessage?: (c: Peer<string>) => void): Side {
  let now = 1_000_000;
  const heard: string[] = [];
  const closed: string[] = [];
  const terms: Terms<string> = {
    limits: { ...defaultLimits, ...limits },
    text,
    now: () => now,
    soon: (work) => work(),
    nextKey: limits.role === 'client' ? () => 0x1234_5678 : null,
    listener: {
      message(connection, bytes, start, end, isText, ascii) {
        heard.push(isText ? connection.textOf(bytes, start, end, ascii) : `<${end - start} bytes>`);
        onMessage?.(connection);
      },
      closed: (_c, code, reason, by, why) => closed.push([code, reason, by, why].join('|')),
    },
  };
  const wire = pipe();
  const connection = new Connection<string>(terms, wire, 'me', null);
  const turn = (ms: number): void => {
    now += ms;
    connection.tick(now);
  };
  return { connection, wire, heard, closed, turn };
}

const key = (): number => 0x0a0b_0c0d;
const masked = (opcode: number, body: string | Uint8Array, maxFrame = 1 << 20): Uint8Array =>
  frames(opcode, 0, typeof body === 'string' ? encoder.encode(body) : body, maxFrame, key, text.alloc);

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('a stream cut anywhere', () => {
  it('gives the same messages however it is cut and fragmented', () => {
    let runs = 0;
    const message = fc.oneof(fc.string({ maxLength: 300, unit: 'binary' }), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(message, fc.integer({ min: 1, max: 200 }), fc.boolean()), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (messages, cuts) => {
          runs++;
          const us = side();
          const bytes = join(
            messages.flatMap(([body, size, ping]) => [masked(1, body, size), ...(ping ? [masked(9, 'p')] : [])]),
          );
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length]!;
            us.connection.receive(bytes.slice(at, at + size));
            at += size;
          }
          expect(us.heard).toEqual(messages.map(([body]) => decoder.decode(encoder.encode(body))));
          expect(us.connection.state).toBe('open');
        },
      ),
      { numRuns: 200 },
    );
    expect(runs).toBe(200);
  });

  it('never throws and never hears a message from noise that breaks a rule', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const us = side();
        us.connection.receive(noise.slice());
        if (us.connection.state === 'ended') expect(us.wire.ended).toBe(true);
        else expect(us.connection.state).toBe('open');
      }),
      { numRuns: 500 },
    );
  });
});

describe('pause and resume', () => {
  it('holds what came in the same piece and afterwards, in order', () => {
    const us = side({}, (connection) => connection.pause());
    us.connection.receive(join([masked(1, 'a'), masked(1, 'b'), masked(1, 'c')]));
    expect(us.heard).toEqual(['a']);
    expect(us.wire.paused).toBe(true);
    us.connection.receive(masked(1, 'd'));
    us.connection.resume();
    expect(us.heard).toEqual(['a', 'b']);
    us.connection.resume();
    us.connection.resume();
    expect(us.heard).toEqual(['a', 'b', 'c', 'd']);
    expect(us.wire.paused).toBe(true);
    us.connection.resume();
    expect(us.wire.paused).toBe(false);
  });
});

describe('time', () => {
  const cases: readonly (readonly [string, Partial<Limits>, readonly number[], string])[] = [
    ['idle', { idleMs: 1000, lifeMs: 0, closeMs: 50 }, [999, 1, 50], '1001|Going away|us|idle'],
    ['life', { idleMs: 0, lifeMs: 5000, closeMs: 50 }, [4999, 1, 50], '1001|Going away|us|life'],
    ['no-pong', { pingMs: 100, pongMs: 300, idleMs: 0 }, [100, 299, 1], '1006||drop|no-pong'],
  ];
  it('has 3 rows', () => expect(cases.length).toBe(3));
  for (const [name, limits, turns, outcome] of cases) {
    it(`ends a connection by ${name}`, () => {
      const us = side(limits);
      turns.forEach((ms, at) => {
        expect(us.closed).toEqual([]);
        if (at === turns.length) return;
        us.turn(ms);
      });
      expect(us.closed).toEqual([outcome]);
    });
  }

  it('counts a message in either direction as activity, and pings by choice', () => {
    for (const pingsKeepAlive of [true, false]) {
      const us = side({ idleMs: 1000, pingsKeepAlive });
      us.turn(900);
      us.connection.receive(masked(1, 'x'));
      us.turn(900);
      us.connection.send('y');
      us.turn(900);
      us.connection.receive(masked(9, ''));
      us.turn(900);
      expect(us.connection.state).toBe(pingsKeepAlive ? 'open' : 'closing');
    }
  });

  it('drops whom it pinged in vain, in the stated time and not before; an answer in the same millisecond is one', () => {
    const us = side({ pingMs: 1000, pongMs: 2000, idleMs: 0 });
    us.turn(1000);
    us.connection.receive(masked(10, ''));
    us.turn(999);
    us.turn(1);
    us.turn(1999);
    expect(us.closed).toEqual([]);
    us.turn(1);
    expect(us.closed).toEqual(['1006||drop|no-pong']);
    expect(us.wire.out.length).toBe(2);
  });

  it('does not blame a peer for silence that it does not listen to itself', () => {
    const us = side({ pingMs: 1000, pongMs: 2000, idleMs: 0 });
    us.connection.pause();
    for (let i = 0; i < 10; i++) us.turn(900);
    expect(us.wire.out).toEqual([]);
    us.connection.resume();
    us.turn(1000);
    us.turn(2000);
    expect(us.closed).toEqual(['1006||drop|no-pong']);
  });

  it('tells a slow reader from a stalled one', () => {
    const us = side({ stallMs: 1000, idleMs: 0 });
    us.wire.pending = 500;
    us.turn(10);
    for (let i = 0; i < 5; i++) {
      us.wire.taken += 10;
      us.turn(900);
    }
    expect(us.closed).toEqual([]);
    us.turn(1000);
    expect(us.closed).toEqual(['1008|Slow consumer|us|stall']);
    expect(us.wire.destroyed).toBe(true);
  });
});

describe('sending', () => {
  it('refuses to queue for a peer that is too slow, and says so', () => {
    const us = side({ maxPending: 100 });
    expect(us.connection.send('x'.repeat(90))).toBe(true);
    us.wire.pending = 101;
    expect(us.connection.send('one more')).toBe(false);
    us.wire.pending = 0;
    expect(us.connection.send('again')).toBe(true);
  });

  it('answers only the newest ping while the peer does not read', () => {
    const us = side();
    us.wire.pending = 1;
    us.connection.receive(join([masked(9, 'one'), masked(9, 'two')]));
    expect(us.wire.out).toEqual([]);
    us.wire.pending = 0;
    us.connection.drained();
    expect(us.wire.out.map((bytes) => decoder.decode(bytes.subarray(2)))).toEqual(['two']);
  });

  it('cuts long messages into frames, masked by a client and understood by a server', () => {
    const client = side({ role: 'client', maxSentFrame: 1000 });
    const server = side({ maxFrame: 1000 });
    const body = 'long '.repeat(1000);
    client.connection.send(body);
    client.connection.send(Uint8Array.of(1, 2, 3));
    for (const bytes of client.wire.out) server.connection.receive(bytes);
    expect(server.heard).toEqual([body, '<3 bytes>']);
    server.connection.send('hello back');
    client.connection.receive(join(server.wire.out));
    expect(client.heard).toEqual(['hello back']);
  });

  it('says goodbye once: close, echo, end', () => {
    const client = side({ role: 'client' });
    const server = side();
    server.connection.close(4000, 'enough');
    server.connection.close(4001, 'twice');
    expect(server.connection.send('late')).toBe(false);
    client.connection.receive(join(server.wire.out));
    server.connection.receive(join(client.wire.out));
    expect(server.wire.ended).toBe(true);
    expect(client.wire.ended).toBe(false);
    server.connection.gone();
    client.connection.gone();
    expect(server.closed).toEqual(['4000|enough|us|']);
    expect(client.closed).toEqual(['4000|enough|peer|']);
  });
});
