import { byteString, bytesIn, hexDigit, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const names = new Map([
  ['quot', 0x22],
  ['amp', 0x26],
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['nbsp', 0xa0],
]);

/**
 * ModSecurity v2 reference manual, `htmlEntityDecode`: `&#xHH`, `&#DD` and the names quot, amp, lt, gt, nbsp in any
 * case, the semicolon optional. A number keeps its low byte; one past 2^63 - 1 gives 0xff, as C's `strtol` clamps.
 */
export default defineTransform({
  name: 'htmlEntityDecode',
  says: 'decodes numeric HTML entities and &quot; &amp; &lt; &gt; &nbsp;, with or without the semicolon',
  examples: [
    { input: '&lt;script&GT', output: '<script>' },
    { input: '&#x6a;&#0000097&#X76;a', output: 'java' },
    { input: '&nbsp;&quot;&amp;amp;', output: '\xa0"&amp;' },
    { input: '&#99999999999999999999;', output: '\xff' },
    { input: '&copy; &ltx; &#; &#x; &', output: '&copy; &ltx; &#; &#x; &' },
  ],
  triggers: '&',
  apply(value) {
    const length = value.length;
    if (!value.includes('&')) return value;
    const out = workspace(length);
    const bytes = bytesIn(value);
    let n = 0;
    let i = 0;
    while (i < length) {
      const code = bytes[i]!;
      if (code !== 0x26) {
        out[n++] = code;
        i += 1;
        continue;
      }
      const hash = value.charCodeAt(i + 1) === 0x23;
      const hex = hash && (value.charCodeAt(i + 2) | 0x20) === 0x78;
      const start = i + (hex ? 3 : hash ? 2 : 1);
      let end = start;
      while (end < length && (hex ? hexDigit(value, end) >= 0 : hash ? isDigit(value, end) : isAlnum(value, end)))
        end++;
      const byte = end === start ? -1 : hash ? number(value, start, end, hex) : named(value, start, end);
      if (byte >= 0) {
        out[n++] = byte;
        i = value.charCodeAt(end) === 0x3b ? end + 1 : end;
      } else {
        // Nothing between here and `end` can start another entity: copying it now keeps long names linear.
        while (i < end) out[n++] = value.charCodeAt(i++);
      }
    }
    return n === length ? value : byteString(out, n);
  },
});

function named(value: string, start: number, end: number): number {
  return end - start <= 4 ? (names.get(value.slice(start, end).toLowerCase()) ?? -1) : -1;
}

function number(value: string, start: number, end: number, hex: boolean): number {
  while (start < end && value.charCodeAt(start) === 0x30) start += 1;
  const base = hex ? 16 : 10;
  const most = hex ? '7fffffffffffffff' : '9223372036854775807';
  const size = end - start;
  if (size > most.length || (size === most.length && value.slice(start, end).toLowerCase() > most)) return 0xff;
  let low = 0;
  for (let i = start; i < end; i += 1) low = (low * base + hexDigit(value, i)) & 0xff;
  return low;
}

function isDigit(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function isAlnum(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  const letter = code | 0x20;
  return isDigit(value, at) || (code < 0x80 && letter >= 0x61 && letter <= 0x7a);
}
