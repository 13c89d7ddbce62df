import { Buffer } from 'node:buffer';

import type { TextHost } from '../../wire/ws/terms.ts';

const ALLOC = (size: number): Uint8Array => Buffer.allocUnsafe(size);

/** Text to bytes and back by Node's own buffers: several times faster on short texts than the platform's encoders. */
export const nodeText: TextHost = {
  alloc: ALLOC,
  byteLength: (text) => Buffer.byteLength(text),
  write: (text, into, at, bytes) => {
    // As many bytes as characters: ASCII, where the cheaper copy does.
    if (bytes === text.length) buffered(into).latin1Write(text, at, bytes);
    else buffered(into).utf8Write(text, at, bytes);
  },
  read: (bytes, start, end, ascii) =>
    ascii ? buffered(bytes).latin1Slice(start, end) : buffered(bytes).utf8Slice(start, end),
};

/** The direct calls that `toString` and `write` end in; present since Node 0.x, missing in the published types. */
interface Direct {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  latin1Write(text: string, at: number, bytes: number): number;
  utf8Write(text: string, at: number, bytes: number): number;
}

function buffered(bytes: Uint8Array): Direct {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer as unknown as Direct;
}
