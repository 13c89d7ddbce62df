import { createHash, createHmac } from 'node:crypto';
import type { Digest } from '../ports/digest.ts';

export const nodeDigest: Digest = {
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  hmacSha256: (secret, bytes) => createHmac('sha256', secret).update(bytes).digest(),
};
