import { origin as originPage } from '../config/origins.ts';
import type { Document } from '../config/document.ts';
import type { EdgeOrigin } from '../events/edge.ts';
import { forwarder, type Forwarder } from '../integration/forward.ts';
import { notCopied } from '../integration/forwarded.ts';
import type { Ports } from '../ports/ports.ts';
import { dialers } from './dialers.ts';

/** Most origins that functions may open beside those of the document. */
const MOST = 64;

/**
 * An origin that a function named. One that the document knows is used with its own permissions; any other may be
 * dialled at public addresses only, so that no function can be talked into reaching the inside.
 */
export function elsewhere(
  document: Document,
  ports: Ports,
  forwarders: ReadonlyMap<string, Forwarder>,
): (to: EdgeOrigin) => Forwarder {
  const opened = new Map<string, Forwarder>();
  let pools: ReturnType<typeof dialers> | null = null;
  return (to) => {
    const url = new URL(`${to.protocol}://${to.domainName}:${to.port}`).origin;
    const set = Object.values(to.customHeaders)
      .flatMap((values) => values.map(({ key, value }) => [key ?? '', value] as const))
      .filter(([name]) => name !== '');
    for (const known of forwarders.values()) {
      if (known.url.origin !== url) continue;
      const all = [...known.headers.set, ...set];
      return { ...known, headers: { set: all, notCopied: notCopied(all, [document.keys.header.toLowerCase()]) } };
    }
    const name = JSON.stringify([url, set, to.readTimeout]);
    const there = opened.get(name);
    if (there) return there;
    if (opened.size >= MOST) opened.delete(opened.keys().next().value as string);
    const page = originPage.parse({ url, timeouts: { firstByte: `${to.readTimeout}s` } });
    pools ??= dialers(ports.openDialer);
    const made = forwarder(to.domainName, page, pools.open(page, null), {
      set,
      remove: [document.keys.header.toLowerCase()],
    });
    opened.set(name, made);
    return made;
  };
}
