import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Fault, messageOf } from '../base/fault.ts';
import type { Listen } from '../config/listen.ts';

type Tls = NonNullable<Listen['tls']>;

export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: Tls['minVersion'];
  /** The truststore for client certificates. */
  readonly ca?: Buffer;
}

/** How clients are asked for certificates. */
export const askClients = (tls: Tls): { readonly requestCert?: boolean; readonly rejectUnauthorized?: boolean } =>
  tls.clients ? { requestCert: true, rejectUnauthorized: tls.clients.required } : {};

/** Reads the files and sees that they belong together. Throws a `Fault` that says which does not. */
export function readKeyPair(tls: Tls, at: (path: string) => string): KeyPair {
  try {
    const pair = {
      cert: readFileSync(at(tls.cert)),
      key: readFileSync(at(tls.key)),
      minVersion: tls.minVersion,
      ...(tls.clients ? { ca: truststore(at(tls.clients.truststore)) } : {}),
    };
    createSecureContext(pair);
    return pair;
  } catch (thrown) {
    throw new Fault('config.tls', 'config', `listen.tls: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Without a certificate in it nobody would be trusted, or with a wrong file everybody's chain be unknown: better said at once. */
function truststore(path: string): Buffer {
  const text = readFileSync(path);
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${path} has no certificate in PEM`);
  return text;
}

/** Calls back with the new pair when the files change; a pair that is none is logged and left. Returns how to stop. */
export function watchKeyPair(
  tls: Tls,
  at: (path: string) => string,
  changed: (pair: KeyPair) => void,
  log: (says: string) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        changed(readKeyPair(tls, at));
        log('the certificate was read again');
      } catch (thrown) {
        log(`the new certificate is not fit, the old one stays: ${messageOf(thrown)}`);
      }
    }, 200);
  };
  const files = [tls.cert, tls.key, ...(tls.clients ? [tls.clients.truststore] : [])];
  const folders = new Set(files.map((file) => dirname(at(file))));
  const watchers = [...folders].map((folder) => watch(folder, again));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
