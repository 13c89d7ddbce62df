import { byteString } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const state = new Int32Array(4);
const words = new Int32Array(16);
const block = new Uint8Array(64);
const view = new DataView(block.buffer);
const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** ModSecurity v2 reference manual, `md5`: the 16 raw bytes (RFC 1321); rules follow it with `hexEncode`. */
export default defineTransform({
  name: 'md5',
  says: 'the MD5 digest as 16 raw bytes',
  examples: [
    { input: 'abc', output: '\x90\x01\x50\x98\x3c\xd2\x4f\xb0\xd6\x96\x3f\x7d\x28\xe1\x7f\x72' },
    { input: '', output: '\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e' },
  ],
  apply(value) {
    state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476].map((word) => word | 0));
    const length = value.length;
    const blocks = (length + 72) >> 6;
    for (let b = 0; b < blocks; b += 1) {
      for (let i = 0; i < 64; i += 1) {
        const at = b * 64 + i;
        block[i] = at < length ? value.charCodeAt(at) : at === length ? 0x80 : 0;
      }
      if (b === blocks - 1) {
        view.setUint32(56, (length * 8) >>> 0, true);
        view.setUint32(60, Math.floor(length / 0x2000_0000), true);
      }
      for (let t = 0; t < 16; t += 1) words[t] = view.getInt32(t * 4, true);
      mix();
    }
    const digest = new Uint8Array(16);
    for (let i = 0; i < 16; i += 1) digest[i] = state[i >> 2]! >>> (8 * (i & 3));
    return byteString(digest, 16);
  },
});

function mix(): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let t = 0; t < 64; t += 1) {
    const round = t >> 4;
    const choice =
      round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
    const word = round === 0 ? t : round === 1 ? 5 * t + 1 : round === 2 ? 3 * t + 5 : 7 * t;
    const sum = (a + choice + sines[t]! + words[word & 15]!) | 0;
    const shift = shifts[round * 4 + (t & 3)]!;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
}
