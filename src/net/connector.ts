import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Fault, messageOf } from '../base/fault.ts';
import type { DialerOptions } from '../ports/dialer.ts';
import type { Resolver } from '../ports/resolver.ts';

/** Opens a connection; rejects with a `Fault`. `onread` is where the bytes of an unencrypted one go, instead of events. */
export type Connect = (onread?: OnReadOpts) => Promise<Socket>;

/**
 * Opens a connection to an origin: the name is resolved once, every address is held against the list, and the
 * connection goes to the very address that was looked at. So a name that changes its answer between the look and the
 * call (DNS rebinding) gains nothing.
 */
export function connector(options: DialerOptions, resolver: Resolver): Connect {
  const { protocol, hostname, port: given } = new URL(options.url);
  const secure = protocol === 'https:';
  const port = Number(given) || (secure ? 443 : 80);
  const tls = secure ? tlsOptions() : null;

  return async (onread) => {
    const deadline = Date.now() + options.timeouts.connect;
    let addresses: readonly string[];
    try {
      addresses = await resolver.resolve(hostname);
    } catch (thrown) {
      throw failed('resolve', `${hostname}: ${messageOf(thrown)}`, true);
    }
    const open = addresses.filter((address) => options.mayDial(address));
    if (open.length === 0) {
      throw failed(
        'not-allowed',
        `${hostname} is ${addresses.join(', ')}; list the block in the origin's "allow" if that is meant`,
        false,
      );
    }
    let last: unknown;
    for (const [at, address] of open.entries()) {
      const left = deadline - Date.now();
      if (left <= 0) break;
      try {
        // Several addresses share the time, so that a dead first one does not use it up.
        return await attempt(address, Math.max(1, Math.floor(left / (open.length - at))), onread);
      } catch (thrown) {
        last = thrown;
      }
    }
    throw last instanceof Error
      ? last
      : failed('connect-timeout', `no connection within ${options.timeouts.connect} ms`, true);
  };

  function attempt(address: string, timeoutMs: number, onread: OnReadOpts | undefined): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = tls
        ? connectTls({ ...tls, host: address, port })
        : connectTcp({ host: address, port, ...(onread && { onread }) });
      const timer = setTimeout(() => {
        socket.destroy();
        reject(failed('connect-timeout', `${address}:${port} did not answer within ${timeoutMs} ms`, true));
      }, timeoutMs);
      const broken = (error: Error): void => {
        clearTimeout(timer);
        reject(failed('connect', `${address}:${port}: ${messageOf(error)}`, true));
      };
      socket.once('error', broken);
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.removeListener('error', broken);
        socket.setNoDelay(true);
        socket.setKeepAlive(true, 60_000);
        resolve(socket);
      });
    });
  }

  function tlsOptions(): ConnectionOptions {
    const name = options.tls.serverName ?? hostname;
    return {
      // RFC 6066 section 3: an address is no server name; it is checked against the certificate all the same.
      ...(isIP(name.replaceAll(/[[\]]/g, '')) === 0 && { servername: name }),
      rejectUnauthorized: options.tls.verify,
      ALPNProtocols: ['http/1.1'],
      ...(options.tls.ca === null ? {} : { ca: options.tls.ca }),
    };
  }
}

/** A dial that failed; `kind` is one of the reasons of `integration.origin`. */
export function failed(kind: string, says: string, retry: boolean, cause?: unknown): Fault {
  const status = kind === 'timeout' ? 504 : kind === 'busy' ? 503 : kind === 'gone' ? 499 : 502;
  return new Fault(`integration.origin.${kind}`, 'origin', says, {
    retry,
    status,
    ...(cause === undefined ? {} : { cause }),
  });
}
