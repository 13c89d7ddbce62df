import { FIN, MASKED } from './opcode.ts';
import { maskInPlace } from './mask.ts';

/** Bytes that the head of a frame with this payload takes. */
export function headSize(length: number, masked: boolean): number {
  return 2 + (length < 126 ? 0 : length < 0x10000 ? 2 : 8) + (masked ? 4 : 0);
}

/**
 * Writes a head at `at` and returns where the payload goes. `first` is the first byte whole: FIN, reserved bits, opcode.
 * The length takes its shortest form (RFC 6455 section 5.2).
 */
export function writeHead(into: Uint8Array, at: number, first: number, length: number, key: number | null): number {
  const bit = key === null ? 0 : MASKED;
  let p = at;
  into[p++] = first;
  if (length < 126) {
    into[p++] = bit | length;
  } else if (length < 0x10000) {
    into[p++] = bit | 126;
    into[p++] = length >>> 8;
    into[p++] = length & 0xff;
  } else {
    into[p++] = bit | 127;
    const high = Math.floor(length / 0x100000000);
    for (const word of [high, length >>> 0]) {
      into[p++] = word >>> 24;
      into[p++] = (word >>> 16) & 0xff;
      into[p++] = (word >>> 8) & 0xff;
      into[p++] = word & 0xff;
    }
  }
  if (key !== null) {
    into[p++] = key & 0xff;
    into[p++] = (key >>> 8) & 0xff;
    into[p++] = (key >>> 16) & 0xff;
    into[p++] = key >>> 24;
  }
  return p;
}

/**
 * One message as frames of at most `maxFrame` bytes each, in one piece of memory.
 * @param bits reserved bits of the first frame
 * @param nextKey gives a fresh masking key per frame for a client, null for a server (RFC 6455 section 5.3)
 */
export function frames(
  opcode: number,
  bits: number,
  payload: Uint8Array,
  maxFrame: number,
  nextKey: (() => number) | null,
  alloc: (size: number) => Uint8Array,
): Uint8Array {
  const size = payload.length;
  let total = 0;
  for (let from = 0; from < size || from === 0; from += maxFrame) {
    const length = Math.min(maxFrame, size - from);
    total += headSize(length, nextKey !== null) + length;
  }
  const out = alloc(total);
  let at = 0;
  for (let from = 0; from < size || from === 0; from += maxFrame) {
    const length = Math.min(maxFrame, size - from);
    const first = (from === 0 ? opcode | bits : 0) | (from + length >= size ? FIN : 0);
    const key = nextKey === null ? null : nextKey();
    const body = writeHead(out, at, first, length, key);
    out.set(length === size ? payload : payload.subarray(from, from + length), body);
    at = body + length;
    if (key !== null) maskInPlace(out, body, at, key, 0);
  }
  return out;
}
