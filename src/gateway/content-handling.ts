import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import { isBinaryType } from '../events/parts.ts';

/** `contentHandling` of non-proxy integrations: what becomes of text and bytes on the way in and out. */
export type Content = 'text' | 'binary';

/** The request as the integration gets it, by its `Content-Type`. Null: it was to be base64 and is none. */
export function requestContent(
  bytes: Uint8Array,
  type: string | undefined,
  binary: readonly string[],
  wish: Content | undefined,
): Uint8Array | null {
  if (isBinaryType(type, binary)) return wish === 'text' ? utf8(base64(bytes)) : bytes;
  return wish === 'binary' ? fromBase64(fromUtf8(bytes)) : bytes;
}

/** A template sees bytes only as base64. */
export const templateText = (bytes: Uint8Array, isBinary: boolean): string =>
  isBinary ? base64(bytes) : fromUtf8(bytes);

/** The answer as the caller gets it, by the first media type of `Accept`. Null: it was to be base64 and is none. */
export function responseContent(
  bytes: Uint8Array,
  given: { readonly type: string | undefined; readonly accept: string | undefined },
  binary: readonly string[],
  wish: Content | undefined,
): Uint8Array | null {
  const decoded = (): Uint8Array | null => fromBase64(fromUtf8(bytes));
  if (binary.length === 0) return wish === 'binary' ? decoded() : bytes;
  const accepted = given.accept !== undefined && isBinaryType(given.accept, binary);
  if (!isBinaryType(given.type, binary))
    return wish === 'binary' || (wish === undefined && accepted) ? decoded() : bytes;
  return wish === 'binary' || (wish === undefined && accepted) ? bytes : utf8(base64(bytes));
}
