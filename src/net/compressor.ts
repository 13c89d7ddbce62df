import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Coding, Compressor } from '../ports/compressor.ts';

const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip);
const brotli = promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
/** Newer platforms only. */
const zstd = (
  zlib as unknown as {
    readonly zstdCompress?: (bytes: Uint8Array, done: (error: Error | null, result: Buffer) => void) => void;
  }
).zstdCompress;

/** Qualities that pay where an object is compressed once and served often, without holding a core for seconds. */
const makers: Readonly<Record<Coding, ((bytes: Uint8Array) => Promise<Uint8Array>) | null>> = {
  gzip: (bytes) => gzip(bytes, { level: 6 }),
  br: (bytes) =>
    brotli(bytes, {
      params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  zstd: zstd ? promisify(zstd) : null,
};

export const nodeCompressor: Compressor = {
  codings: (Object.keys(makers) as Coding[]).filter((coding) => makers[coding] !== null),
  compress(coding, bytes) {
    const make = makers[coding];
    return make ? make(bytes) : Promise.reject(new Error(`this platform cannot make ${coding}`));
  },
};
