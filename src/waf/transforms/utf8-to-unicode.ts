import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const digits = '0123456789abcdef';

/**
 * ModSecurity v2 reference manual, `utf8toUnicode`: two to four byte sequences become `%uHHHH` (five or six digits past
 * U+FFFF). As in v2, a sequence that is overlong or a surrogate is followed by its first byte, a first byte
 * without its rest is dropped, a byte that cannot start a sequence stays, and NUL is dropped.
 */
export default defineTransform({
  name: 'utf8toUnicode',
  says: 'turns UTF-8 sequences of two to four bytes into %uHHHH',
  examples: [
    { input: '\xef\xbc\x9cscript\xc3\xa9', output: '%uff1cscript%u00e9' },
    { input: '\xf0\x9f\x98\x80', output: '%u1f600' },
    { input: '\xc0\xaf', output: '%u002f\xc0' },
    { input: '\x80\xc3x', output: '\x80x' },
    { input: 'plain', output: 'plain' },
  ],
  triggers: `\0${Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('')}`,
  apply(value) {
    const length = value.length;
    const out = workspace(length * 4);
    let n = 0;
    let changed = false;
    for (let i = 0; i < length; i += 1) {
      const code = value.charCodeAt(i);
      const size = code < 0xc0 ? 1 : code < 0xe0 ? 2 : code < 0xf0 ? 3 : code < 0xf8 ? 4 : 1;
      if (size === 1) {
        if (code === 0) changed = true;
        else out[n++] = code;
        continue;
      }
      changed = true;
      if (code >= 0xf5) out[n++] = code;
      const point = continued(value, i, size);
      if (point < 0) continue;
      n = write(out, n, point);
      const surrogate = point >= 0xd800 && point <= 0xdfff;
      if (surrogate || point < (size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000)) out[n++] = code;
      i += size - 1;
    }
    return changed ? byteString(out, n) : value;
  },
});

/** The code point of a sequence of `size` bytes at `at`, or -1 when one of its continuation bytes is missing. */
function continued(value: string, at: number, size: number): number {
  let point = value.charCodeAt(at) & (0x7f >> size);
  for (let i = at + 1; i < at + size; i += 1) {
    const code = value.charCodeAt(i);
    if ((code & 0xc0) !== 0x80) return -1;
    point = (point << 6) | (code & 0x3f);
  }
  return point;
}

function write(out: Uint8Array, at: number, point: number): number {
  out[at++] = 0x25;
  out[at++] = 0x75;
  let shift = point > 0xfffff ? 20 : point > 0xffff ? 16 : 12;
  for (; shift >= 0; shift -= 4) out[at++] = digits.charCodeAt((point >> shift) & 15);
  return at;
}
