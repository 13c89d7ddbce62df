/** Content codings that the platform can make. */
export type Coding = 'gzip' | 'br' | 'zstd';

export interface Compressor {
  readonly codings: readonly Coding[];
  compress(coding: Coding, bytes: Uint8Array): Promise<Uint8Array>;
}
