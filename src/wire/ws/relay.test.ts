import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { concat } from '../../base/bytes.ts';
import { frames } from './frame-writer.ts';
import { Relay, type Passage } from './relay.ts';
import { Tap } from './tap.ts';
import { defaultLimits } from './terms.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const alloc = (size: number): Uint8Array => new Uint8Array(size);

interface Piece {
  readonly bytes: Uint8Array;
  readonly control: boolean;
  readonly message: string;
}

/** A message in fragments with a ping after each of them, as separate pieces. */
function message(body: string, maxFrame: number, pings: boolean, key: number): Piece[] {
  const whole = bytesOf(body);
  const out: Piece[] = [];
  for (let at = 0; at < whole.length || at === 0; at += maxFrame) {
    const slice = whole.subarray(at, at + maxFrame);
    const last = at + maxFrame >= whole.length;
    const [frame] = [frames(at === 0 ? 1 : 0, 0, slice, 1 << 20, () => key, alloc)];
    if (!last) frame[0]! &= 0x7f;
    out.push({ bytes: frame, control: false, message: body });
    if (pings && !last)
      out.push({ bytes: frames(9, 0, bytesOf('p'), 200, () => key, alloc), control: true, message: '' });
  }
  return out;
}

function relay(verdict: (text: string) => Passage | Promise<Passage>): {
  relay: Relay;
  out: Uint8Array[];
  heard: string[];
  closes: number[];
} {
  const out: Uint8Array[] = [];
  const heard: string[] = [];
  const closes: number[] = [];
  const made = new Relay(defaultLimits, {
    forward: (bytes) => void out.push(bytes),
    inspect: (bytes, start, end) => {
      const text = new TextDecoder().decode(bytes.subarray(start, end));
      heard.push(text);
      return verdict(text);
    },
    closeSeen: (code) => closes.push(code),
  });
  return { relay: made, out, heard, closes };
}

async function feed(to: Relay, bytes: Uint8Array, cuts: readonly number[]): Promise<void> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    let chunk = bytes.slice(at, at + cuts[turn % cuts.length]!);
    at += chunk.length;
    for (;;) {
      const came = to.push(chunk);
      if (to.waiting === null) break;
      await to.waiting;
      if (came === chunk.length) break;
      chunk = chunk.slice(came);
    }
  }
}

describe('a relay', () => {
  it('forwards the very bytes of what passes, and nothing of what is dropped, however the stream is cut', async () => {
    let dropped = 0;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.string({ maxLength: 60, unit: 'grapheme' }),
            fc.integer({ min: 1, max: 40 }),
            fc.boolean(),
            fc.boolean(),
          ),
          { minLength: 1, maxLength: 6 },
        ),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        fc.boolean(),
        async (messages, cuts, later) => {
          runs++;
          const pieces = messages.flatMap(([body, size, pings, drop], i) =>
            message(`${drop ? 'D' : 'F'}${body}`, size, pings, 0x01020304 * (i + 1)),
          );
          const us = relay((text) => {
            const passage = text.startsWith('D') ? 'drop' : 'forward';
            return later ? Promise.resolve(passage) : passage;
          });
          await feed(us.relay, concat(pieces.map((piece) => piece.bytes)), cuts);
          expect(us.relay.walker.violation).toBe(null);
          expect(us.heard).toEqual(
            messages.map(([body, , , drop]) => `${drop ? 'D' : 'F'}${new TextDecoder().decode(bytesOf(body))}`),
          );
          dropped += messages.filter(([, , , drop]) => drop).length;
          const kept = pieces.filter((piece) => !piece.control && piece.message.startsWith('F'));
          const controls = pieces.filter((piece) => piece.control);
          const sent = split(concat(us.out));
          expect(sent.filter((frame) => frame.at(0) !== 0x89).map(String)).toEqual(
            kept.map((piece) => String(piece.bytes)),
          );
          expect(sent.filter((frame) => frame.at(0) === 0x89).map(String)).toEqual(
            controls.map((piece) => String(piece.bytes)),
          );
        },
      ),
      { numRuns: 300 },
    );
    expect(runs).toBe(300);
    expect(dropped).toBeGreaterThan(50);
  });

  it('passes the chunk itself on when all of it may go', async () => {
    const us = relay(() => 'forward');
    const chunk = concat([1, 2, 3].flatMap((n) => message(`m${n}`, 100, false, n).map((piece) => piece.bytes)));
    const before = chunk.slice();
    us.relay.push(chunk);
    expect(us.out).toEqual([before]);
    expect(us.out[0]).toBe(chunk);
  });

  it('stops at once, forwards what came before and nothing after', () => {
    const us = relay((text) => (text === 'bad' ? 'stop' : 'forward'));
    const [a, bad, b] = ['good', 'bad', 'late'].map((text) => message(text, 100, false, 7)[0]!.bytes);
    const chunk = concat([a!, bad!, b!]);
    expect(us.relay.push(chunk)).toBe(a!.length + bad!.length);
    expect(concat(us.out)).toEqual(a);
    expect(us.relay.push(b!)).toBe(0);
    expect(us.heard).toEqual(['good', 'bad']);
  });

  it('takes an inspection that broke for a no', async () => {
    const us = relay(() => Promise.reject(new Error('store is down')));
    us.relay.push(message('x', 100, false, 7)[0]!.bytes);
    await us.relay.waiting;
    expect(us.out).toEqual([]);
    expect(us.relay.walker.halt).toBe(true);
  });

  it('forwards what came before a broken rule, and sees close frames', () => {
    const us = relay(() => 'forward');
    const good = message('good', 100, false, 7)[0]!.bytes;
    us.relay.push(concat([good, Uint8Array.of(0xf1, 0x80, 0, 0, 0, 0)]));
    expect(us.relay.walker.violation?.key).toBe('reserved-bit');
    expect(concat(us.out)).toEqual(good);
    const other = relay(() => 'forward');
    const close = frames(8, 0, Uint8Array.of(0x0f, 0xa0), 200, () => 9, alloc);
    for (const byte of close) other.relay.push(Uint8Array.of(byte));
    expect(other.closes).toEqual([4000]);
    expect(concat(other.out)).toEqual(close);
  });
});

describe('a tap', () => {
  it('knows where a frame may be put in', () => {
    const closes: number[] = [];
    const tap = new Tap({ role: 'client', maxFrame: 1 << 20 }, (code) => closes.push(code), false);
    const text = frames(1, 0, bytesOf('hello'), 3, null, alloc);
    expect(tap.push(text.subarray(0, 4))).toBe(true);
    expect([tap.between, tap.boundary]).toEqual([false, -1]);
    tap.push(text.subarray(4, 5));
    expect(tap.between).toBe(false);
    tap.push(concat([text.subarray(5), text.subarray(0, 1)]));
    expect([tap.between, tap.boundary]).toEqual([false, text.length - 5]);
    tap.push(concat([text.subarray(1), frames(8, 0, Uint8Array.of(3, 0xe8), 200, null, alloc)]));
    expect([tap.between, closes]).toEqual([true, [1000]]);
    expect(tap.push(frames(1, 0, bytesOf('x'), 200, () => 5, alloc))).toBe(false);
    expect(tap.walker.violation?.key).toBe('masked');
  });
});

/** Cuts a stream of short masked frames into frames. */
function split(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 6 + (bytes[at + 1]! & 0x7f);
    out.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out;
}
