import { byteString, bytesIn, workspace } from '../bytes.ts';
import { sextet } from '../base64.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `base64Decode`, which is apr_base64_decode: only the standard alphabet, up to the
 * first byte that is not in it; what stands before that is decoded, with or without padding, the rest is dropped.
 */
export default defineTransform({
  name: 'base64Decode',
  says: 'decodes base64 up to the first character that is not base64',
  examples: [
    { input: 'PHNjcmlwdD4=', output: '<script>' },
    { input: 'PHNjcmlwdD4', output: '<script>' },
    { input: 'YWJj!ZGVm', output: 'abc' },
    { input: '', output: '' },
  ],
  apply(value) {
    const out = workspace(value.length);
    const bytes = bytesIn(value);
    const { length } = value;
    let n = 0;
    let bits = 0;
    let held = 0;
    for (let i = 0; i < length; i += 1) {
      const six = sextet(bytes[i]!);
      if (six < 0) break;
      bits = ((bits << 6) | six) & 0xffff;
      held += 6;
      if (held < 8) continue;
      held -= 8;
      out[n++] = (bits >> held) & 0xff;
    }
    return byteString(out, n);
  },
});
