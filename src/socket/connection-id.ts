import { base64 } from '../base/bytes.ts';
import { randomBytes } from '../base/id.ts';

/** An id like AWS's: 15 characters of base64url and a `=`, 88 random bits. */
export function newConnectionId(): string {
  return base64(randomBytes(11)).replaceAll('+', '-').replaceAll('/', '_');
}

export const isConnectionId = (text: string): boolean => /^[A-Za-z0-9_-]{11,15}=$/.test(text);
