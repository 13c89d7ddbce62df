import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { maskInPlace, maskInto } from './mask.ts';

describe('masking', () => {
  it('is the exclusive or of RFC 6455 section 5.3 at every size, offset and phase', () => {
    let runs = 0;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 700 }),
        fc.integer(),
        fc.nat(9),
        fc.nat(9),
        fc.nat(7),
        (payload, key, offset, before, phase) => {
          runs++;
          const memory = new Uint8Array(offset + before + payload.length + 5).fill(0x55);
          const bytes = memory.subarray(offset);
          bytes.set(payload, before);
          const k = [key & 0xff, (key >>> 8) & 0xff, (key >>> 16) & 0xff, key >>> 24];
          const wanted = payload.map((byte, i) => byte ^ k[(i + phase) & 3]!);
          const or = wanted.reduce((all, byte) => all | byte, 0);
          const end = before + payload.length;
          const aside = new Uint8Array(payload.length + 3).fill(0x66);
          expect(maskInto(bytes, before, end, key, phase, aside, 2)).toBe(or);
          expect(aside.subarray(2, 2 + payload.length)).toEqual(wanted);
          expect(bytes.subarray(before, end), 'the source stays as it is').toEqual(payload);
          expect(maskInPlace(bytes, before, end, key, phase)).toBe(or);
          expect(bytes.subarray(before, end)).toEqual(wanted);
          expect([...memory.subarray(0, offset + before), ...bytes.subarray(end)].every((byte) => byte === 0x55)).toBe(
            true,
          );
          expect([aside[0], aside[1], aside.at(-1)]).toEqual([0x66, 0x66, 0x66]);
        },
      ),
      { numRuns: 1000 },
    );
    expect(runs).toBe(1000);
  });
});
