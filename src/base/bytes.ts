/** Byte arrays: text, hex and base64 forms, concatenation, and a comparison that takes the same time for any content. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** One character per byte, U+0000 to U+00FF. Chunked, because an argument list has a limit. */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length <= 8192) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[]);
  }
  return text;
}

/** The inverse of `latin1`; characters above U+00FF lose their high bits. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const only = chunks[0];
  if (only && chunks.length === 1) return only;
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** Null when the text is not an even number of hex digits. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

export const base64 = (bytes: Uint8Array): string => btoa(latin1(bytes));

/** Null when the text is not base64. Accepts the URL-safe alphabet and missing padding. */
export function fromBase64(text: string): Uint8Array | null {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return null;
  try {
    return fromLatin1(atob(plain));
  } catch {
    return null;
  }
}

/**
 * Compares two secrets without telling by its duration where they differ. The length of the first is not hidden; hash
 * both sides first where lengths are secret too.
 */
export function sameSecret(left: Uint8Array | string, right: Uint8Array | string): boolean {
  const a = typeof left === 'string' ? utf8(left) : left;
  const b = typeof right === 'string' ? utf8(right) : right;
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] ?? 0);
  return difference === 0;
}
