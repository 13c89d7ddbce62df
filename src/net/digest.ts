import type { Digest } from '../ports/digest.ts';

type Crypto = typeof import('node:crypto');

// Loaded when the first digest is wanted: a function that wants none would pay for it at every cold start.
let loaded: Crypto | undefined;
const crypto = (): Crypto => (loaded ??= process.getBuiltinModule('node:crypto'));

export const nodeDigest: Digest = {
  // The one-shot form is half the price of a hash object.
  sha256: (text) => crypto().hash('sha256', text),
  hmacSha256: (secret, bytes) => crypto().createHmac('sha256', secret).update(bytes).digest(),
};
