import type { ClientCertificate } from '../flow/exchange.ts';

/** `clientCert` of an event's request context, where mutual TLS is on. */
export interface ClientCert {
  clientCertPem: string;
  subjectDN: string;
  issuerDN: string;
  serialNumber: string;
  validity: { notBefore: string; notAfter: string };
}

export const clientCert = (shown: ClientCertificate): ClientCert => ({
  clientCertPem: shown.pem,
  subjectDN: shown.subject,
  issuerDN: shown.issuer,
  serialNumber: shown.serial,
  validity: { notBefore: shown.notBefore, notAfter: shown.notAfter },
});
