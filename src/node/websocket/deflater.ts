import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

import type { Deflater } from '../../wire/ws/deflate.ts';

interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** zlib, used message by message; the window of earlier messages is its dictionary. */
export function nodeDeflater(level: number = constants.Z_BEST_SPEED): Deflater {
  return {
    deflate(data, window, windowBits) {
      // zlib cannot keep to a window of 256 bytes when it compresses raw data; without references to earlier bytes any
      // window does.
      const narrow = windowBits < 9;
      const out = deflateRawSync(data, {
        level,
        windowBits: narrow ? 9 : Math.min(windowBits, bitsFor(data.length + (window?.length ?? 0))),
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(narrow ? { strategy: constants.Z_HUFFMAN_ONLY } : {}),
        ...(window === null || narrow ? {} : { dictionary: window }),
      });
      return out.subarray(0, out.length - 4);
    },
    inflate(data, window, max) {
      const parts: Uint8Array[] = [];
      let size = 0;
      let rest = data;
      let dictionary = window;
      try {
        // A message may hold several DEFLATE streams, each ended by a final block (RFC 7692 sections 7.2.3.4 and 7.2.3.5).
        do {
          const { buffer, engine } = inflateRawSync(rest, {
            info: true,
            finishFlush: constants.Z_SYNC_FLUSH,
            // zlib's own 16 kB for every message are more than most need, and few for a long one.
            chunkSize: Math.min(262_144, Math.max(256, rest.length * 4)),
            maxOutputLength: Math.max(1, max - size),
            ...(dictionary === null ? {} : { dictionary }),
          }) as unknown as Inflated;
          size += buffer.length;
          if (size > max) return 'too-big';
          parts.push(buffer);
          if (engine.bytesWritten === 0) return 'bad';
          rest = rest.subarray(engine.bytesWritten);
          dictionary = windowOf(dictionary, buffer);
        } while (rest.length > 0 && !isTail(rest));
      } catch (thrown) {
        return (thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-big' : 'bad';
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    },
  };
}

/** The smallest window that holds so many bytes: a larger one costs its memory with each message. */
const bitsFor = (size: number): number => Math.min(15, Math.max(9, 32 - Math.clz32(size)));

/** What is left of the empty block that ends every message when the peer's own final block came before it. */
function isTail(rest: Uint8Array): boolean {
  return rest.length <= 5 && rest.every((byte, i) => byte === (i >= rest.length - 2 ? 0xff : 0x00));
}

function windowOf(before: Uint8Array | null, added: Uint8Array): Uint8Array {
  const all = before === null ? added : Buffer.concat([before, added]);
  return all.subarray(Math.max(0, all.length - 32768));
}
