import { byteString, bytesIn, lower, lowerAscii, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** What is more than letters to lower. */
const special = /["'\\^,;\t\r\n]| [ /(]/;

/**
 * ModSecurity v2 reference manual, `cmdLine`: drops what a shell reads away (`\`, quotes, `^`), turns `,` `;` and
 * whitespace into one space, drops the space before `/` and `(`, and lowers case. v2 stops at a NUL byte because it
 * works on C strings; we go on, as v3 does, so that a NUL hides nothing.
 */
export default defineTransform({
  name: 'cmdLine',
  says: 'normalises a command line: drops \\ " \' ^, one space for , ; and whitespace, none before / and (, lower case',
  examples: [
    { input: 'C^OM"MA\'ND', output: 'command' },
    { input: 'net,,user;\t add', output: 'net user add' },
    { input: 'cat  /etc (x)', output: 'cat/etc(x)' },
    { input: 'ls -la', output: 'ls -la' },
  ],
  triggers: '"\'\\^ ,;\t\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lowersBut: '"\'\\^ ,;\t\r\n',
  apply(value) {
    if (!special.test(value)) return lowerAscii(value);
    const out = workspace(value.length);
    const bytes = bytesIn(value);
    const { length } = value;
    let n = 0;
    let space = false;
    let changed = false;
    for (let i = 0; i < length; i += 1) {
      const code = bytes[i]!;
      if (code === 0x22 || code === 0x27 || code === 0x5c || code === 0x5e) continue;
      if (code === 0x20 || code === 0x2c || code === 0x3b || code === 0x09 || code === 0x0d || code === 0x0a) {
        if (!space) out[n++] = 0x20;
        space = true;
        if (code !== 0x20) changed = true;
        continue;
      }
      if (space && (code === 0x2f || code === 0x28)) n -= 1;
      space = false;
      const low = lower(code);
      if (low !== code) changed = true;
      out[n++] = low;
    }
    return changed || n !== value.length ? byteString(out, n) : value;
  },
});
