import { createPublicKey, createVerify } from 'node:crypto';
import type { Verifier } from '../ports/verifier.ts';

/** Signatures by the platform's crypto library. */
export const nodeVerifier: Verifier = {
  key(pem) {
    const key = createPublicKey(pem);
    const type = key.asymmetricKeyType;
    if (type !== 'rsa' && type !== 'ec') throw new Error(`wanted an RSA or elliptic key, found ${type ?? 'none'}`);
    return {
      type,
      verify(hash, data, signature) {
        try {
          return createVerify(hash).update(data).verify(key, signature);
        } catch {
          return false;
        }
      },
    };
  },
};
