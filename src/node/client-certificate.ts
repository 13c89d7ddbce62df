import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../flow/exchange.ts';

/** API Gateway takes chains of at most four certificates, RSA keys from 2048 bits and curves from 256. */
const MOST_CHAIN = 4;
const LEAST_RSA = 2048;
const LEAST_CURVE = 256;

/** The certificate that the client has shown; null when it has none that the truststore answers for. */
export function clientCertificate(socket: Partial<TLSSocket>): ClientCertificate | null {
  if (socket.authorized !== true) return null;
  const shown = socket.getPeerCertificate?.(true);
  if (!shown?.raw || !isStrong(shown) || chainOf(shown) > MOST_CHAIN) return null;
  const lines = shown.raw.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    subject: distinguished(shown.subject),
    issuer: distinguished(shown.issuer),
    serial: (shown.serialNumber.match(/../g) ?? []).join(':').toLowerCase(),
    notBefore: shown.valid_from,
    notAfter: shown.valid_to,
  };
}

function isStrong({ bits, modulus }: DetailedPeerCertificate): boolean {
  return bits !== undefined && bits >= (modulus === undefined ? LEAST_CURVE : LEAST_RSA);
}

function chainOf(leaf: DetailedPeerCertificate): number {
  let length = 1;
  let at = leaf;
  // A root is its own issuer.
  while (at.issuerCertificate && at.issuerCertificate.fingerprint256 !== at.fingerprint256 && length <= MOST_CHAIN) {
    at = at.issuerCertificate;
    length += 1;
  }
  return length;
}

/** `C=US,O=Example,CN=name`, as it stands in events. */
const distinguished = (name: object): string =>
  Object.entries(name)
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((each) => `${key}=${String(each)}`))
    .join(',');
