import * as crypto from 'node:crypto';
import type { Digest } from '../ports/digest.ts';

export const nodeDigest: Digest = {
  // The one-shot form is half the price where Node has it (20.12, 21.7 and later).
  sha256:
    typeof crypto.hash === 'function'
      ? (text) => crypto.hash('sha256', text)
      : (text) => crypto.createHash('sha256').update(text).digest('hex'),
  hmacSha256: (secret, bytes) => crypto.createHmac('sha256', secret).update(bytes).digest(),
};
