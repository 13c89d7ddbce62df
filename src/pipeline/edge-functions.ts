import { messageOf } from '../base/fault.ts';
import { ms } from '../config/words.ts';
import { pathText, type Issue } from '../config/issues.ts';
import type { EdgeFunctionDocument } from '../config/edge-parts.ts';
import { lambdaGuest, scriptGuest, type Guest } from '../edge/guest.ts';
import { ownGuest } from '../edge/own-guest.ts';
import type { Side } from '../edge/moments.ts';
import type { EdgeOrigin } from '../events/edge.ts';
import type { Moment } from '../events/edge-headers.ts';
import type { Geography } from '../ports/geography.ts';
import { openScript } from '../run/script.ts';
import type { EdgeOptions } from './edge-options.ts';
import { readSlot } from './slots.ts';

type Sides = readonly (Side | null)[] | null;

/** The functions of every behaviour, opened. A list is null where no behaviour has any on that side. */
export function sidesOf(
  options: EdgeOptions,
  geography: Geography | null,
  issues: Issue[],
): { readonly viewer: Sides; readonly origin: Sides } {
  const behaviours = options.document.edge?.behaviours ?? [];
  const open = (
    at: number,
    slot: 'viewerRequest' | 'viewerResponse' | 'originRequest' | 'originResponse',
    moment: Moment,
  ): Guest | null => {
    const page = behaviours[at]?.functions?.[slot];
    return page
      ? guestOf(page, moment, ['edge', 'behaviours', at, 'functions', slot], at, options, geography, issues)
      : null;
  };
  const side = (request: Guest | null, response: Guest | null): Side | null =>
    request || response ? { request, response } : null;
  const viewer = behaviours.map((_, at) =>
    side(open(at, 'viewerRequest', 'viewer-request'), open(at, 'viewerResponse', 'viewer-response')),
  );
  const origin = behaviours.map((_, at) =>
    side(open(at, 'originRequest', 'origin-request'), open(at, 'originResponse', 'origin-response')),
  );
  return { viewer: viewer.some(Boolean) ? viewer : null, origin: origin.some(Boolean) ? origin : null };
}

function guestOf(
  page: EdgeFunctionDocument,
  moment: Moment,
  path: readonly PropertyKey[],
  at: number,
  options: EdgeOptions,
  geography: Geography | null,
  issues: Issue[],
): Guest | null {
  const { document, ports, functions, registry } = options;
  const distribution = document.edge?.distribution ?? { id: 'ELOCAL', domain: 'local.sallyport.internal' };
  if ('lambda' in page) {
    const invoker = functions.open({
      file: page.lambda,
      handler: page.handler,
      timeoutMs: ms(page.timeout),
      memoryMb: page.memory,
      concurrency: page.concurrency,
      env: {},
    });
    return lambdaGuest(invoker, moment, {
      name: page.lambda,
      timeout: page.timeout,
      includeBody: page.includeBody,
      distribution,
      origin: originOf(at, options),
    });
  }
  if ('script' in page) {
    const store = page.store === undefined ? null : document.edge?.keyValueStores[page.store];
    if (store === undefined) {
      issues.push({
        path: pathText([...path, 'store']),
        wanted: 'the name of a KeyValueStore',
        found: JSON.stringify(page.store),
        hint: 'add it under `edge.keyValueStores`',
      });
      return null;
    }
    try {
      const script = openScript({
        name: page.script,
        code: ports.readFile(page.script),
        store,
        timeoutMs: 50,
        now: ports.clock.now(),
      });
      return scriptGuest(script, moment as 'viewer-request' | 'viewer-response', {
        name: page.script,
        distribution,
        origin: originOf(at, options),
        originCalled: (name) => originCalled(name, '', options),
      });
    } catch (thrown) {
      issues.push({
        path: pathText([...path, 'script']),
        wanted: 'a CloudFront function',
        found: messageOf(thrown),
        hint: null,
      });
      return null;
    }
  }
  const slot = readSlot('edge-function', page, registry.edgeFunctions, path, issues);
  return (
    slot &&
    ownGuest(slot.definition.open(slot.options), moment, page.use, (address) => geography?.country(address) ?? null)
  );
}

/** The behaviour's origin as functions are shown it. */
function originOf(at: number, options: EdgeOptions): EdgeOrigin | null {
  const { edge } = options.document;
  const behaviour = edge?.behaviours[at];
  const name = behaviour?.origin;
  if (name === undefined) return null;
  return originCalled(edge?.originGroups[name]?.origins[0] ?? name, behaviour?.originPath ?? '', options);
}

function originCalled(name: string, path: string, { forwarders }: EdgeOptions): EdgeOrigin | null {
  const to = forwarders.get(name);
  if (!to) return null;
  const secure = to.url.protocol === 'https:';
  return {
    domainName: to.url.hostname,
    port: Number(to.url.port) || (secure ? 443 : 80),
    protocol: secure ? 'https' : 'http',
    path,
    customHeaders: Object.fromEntries(to.headers.set.map(([key, value]) => [key.toLowerCase(), [{ key, value }]])),
    readTimeout: Math.max(1, Math.round(to.firstByteMs / 1000)),
    keepaliveTimeout: 5,
    sslProtocols: ['TLSv1.2'],
  };
}
