import { byteString, bytesIn, hexByte, narrow, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `urlDecodeUni`: like `urlDecode`, and `%uHHHH` as IIS reads it: the low byte, with
 * full-width ASCII (U+FF01 to U+FF5E) moved to ASCII. A `%u` without four digits stays, both characters of it.
 */
export default defineTransform({
  name: 'urlDecodeUni',
  says: 'decodes percent-encoding and %uHHHH once and turns + into a space; invalid encodings stay as they are',
  examples: [
    { input: '%3Cb%3E+%u0041', output: '<b> A' },
    { input: '%uff1cscript%uFF1E', output: '<script>' },
    { input: '%u123', output: '%u123' },
    { input: '%u00zz%zz%', output: '%u00zz%zz%' },
    { input: '%%41', output: '%A' },
    { input: 'plain', output: 'plain' },
  ],
  triggers: '%+',
  apply: (value) => decodeUrlUni(value, null),
});

/**
 * `bestFit` is what `SecUnicodeMapFile` loads: for each code point up to U+FFFF the byte that stands for it, 0 where
 * the map says nothing.
 */
export function decodeUrlUni(value: string, bestFit: Uint8Array | null): string {
  // Without a percent sign there is nothing to decode but blanks, which the engine does faster than any loop.
  if (!value.includes('%')) return value.includes('+') ? value.replaceAll('+', ' ') : value;
  const length = value.length;
  const out = workspace(length);
  const bytes = bytesIn(value);
  let n = 0;
  let changed = false;
  for (let i = 0; i < length; i += 1) {
    const code = bytes[i]!;
    if (code === 0x25) {
      const byte = hexByte(value, i + 1);
      if (byte >= 0) {
        out[n++] = byte;
        i += 2;
        changed = true;
        continue;
      }
      if ((value.charCodeAt(i + 1) | 0x20) === 0x75) {
        const high = hexByte(value, i + 2);
        const low = hexByte(value, i + 4);
        if (high >= 0 && low >= 0) {
          out[n++] = bestFit?.[high * 256 + low] || narrow(high, low);
          i += 5;
          changed = true;
          continue;
        }
      }
    } else if (code === 0x2b) {
      out[n++] = 0x20;
      changed = true;
      continue;
    }
    out[n++] = code;
  }
  return changed ? byteString(out, n) : value;
}
