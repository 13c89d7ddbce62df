/** Checks signatures, with whatever the platform has. */
export interface Verifier {
  /** Reads a public key (PEM). Throws when it is none, or neither RSA nor elliptic. */
  key(pem: string): VerifyingKey;
}

export interface VerifyingKey {
  readonly type: 'rsa' | 'ec';
  verify(hash: 'sha1' | 'sha256', data: string, signature: Uint8Array): boolean;
}
