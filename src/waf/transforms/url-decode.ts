import { byteString, bytesIn, hexByte, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `urlDecode`: once, `+` is a space, what is not `%` and two digits stays. */
export default defineTransform({
  name: 'urlDecode',
  says: 'decodes percent-encoding once and turns + into a space; invalid encodings stay as they are',
  examples: [
    { input: '%3Cscript%3e+x', output: '<script> x' },
    { input: '100%25%zz%4', output: '100%%zz%4' },
    { input: 'plain', output: 'plain' },
    { input: '%u0041', output: '%u0041' },
  ],
  triggers: '%+',
  apply: decodeUrl,
});

export function decodeUrl(value: string): string {
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
    } else if (code === 0x2b) {
      out[n++] = 0x20;
      changed = true;
      continue;
    }
    out[n++] = code;
  }
  return changed ? byteString(out, n) : value;
}
