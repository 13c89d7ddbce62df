/** A code point as UTF-8 in a byte string. */
export function utf8(point: number): string {
  if (point < 0x80) return String.fromCharCode(point);
  const tail = 0x80 | (point & 0x3f);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), tail);
  const middle = 0x80 | ((point >> 6) & 0x3f);
  if (point < 0x10000) return String.fromCharCode(0xe0 | (point >> 12), middle, tail);
  return String.fromCharCode(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), middle, tail);
}

/** Is a byte string valid UTF-8 (RFC 3629)? */
export function isUtf8(text: string): boolean {
  for (let i = 0; i < text.length;) {
    const size = utf8Length(text, i);
    if (size === 0) return false;
    i += size;
  }
  return true;
}

/** Bytes of the valid sequence at `at`, or 0. The second byte alone tells overlong forms, surrogates and the top apart. */
export function utf8Length(value: string, at: number): number {
  const first = value.charCodeAt(at);
  if (first < 0x80) return 1;
  if (!(first >= 0xc2 && first <= 0xf4)) return 0;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = value.charCodeAt(at + 1);
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!(second >= low && second <= high)) return 0;
  for (let i = 2; i < size; i += 1) if ((value.charCodeAt(at + i) & 0xc0) !== 0x80) return 0;
  return size;
}
