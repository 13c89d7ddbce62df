import { byteString } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const state = new Int32Array(5);
const words = new Int32Array(80);
const block = new Uint8Array(64);
const view = new DataView(block.buffer);

/** ModSecurity v2 reference manual, `sha1`: the 20 raw bytes (RFC 3174); rules follow it with `hexEncode`. */
export default defineTransform({
  name: 'sha1',
  says: 'the SHA-1 digest as 20 raw bytes',
  examples: [
    { input: 'abc', output: '\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d' },
    { input: '', output: '\xda\x39\xa3\xee\x5e\x6b\x4b\x0d\x32\x55\xbf\xef\x95\x60\x18\x90\xaf\xd8\x07\x09' },
  ],
  apply(value) {
    state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0].map((word) => word | 0));
    const length = value.length;
    const blocks = (length + 72) >> 6;
    for (let b = 0; b < blocks; b += 1) {
      for (let i = 0; i < 64; i += 1) {
        const at = b * 64 + i;
        block[i] = at < length ? value.charCodeAt(at) : at === length ? 0x80 : 0;
      }
      if (b === blocks - 1) {
        view.setUint32(56, Math.floor(length / 0x2000_0000));
        view.setUint32(60, (length * 8) >>> 0);
      }
      for (let t = 0; t < 16; t += 1) words[t] = view.getInt32(t * 4);
      mix();
    }
    const digest = new Uint8Array(20);
    for (let i = 0; i < 20; i += 1) digest[i] = state[i >> 2]! >>> (24 - 8 * (i & 3));
    return byteString(digest, 20);
  },
});

function mix(): void {
  for (let t = 16; t < 80; t += 1) {
    const word = words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!;
    words[t] = (word << 1) | (word >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let t = 0; t < 80; t += 1) {
    const choice =
      t < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : t < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : t < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + choice + e + words[t]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
}
