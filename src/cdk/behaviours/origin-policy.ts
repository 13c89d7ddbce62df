import { messageOf } from '../../base/fault.ts';
import type { Selection } from '../../config/cache.ts';
import { managedOriginRequest } from '../../edge/managed.ts';
import { credentialsOf, type CacheShape } from './cache-policy.ts';
import { charactersFit, listed, namesFit, plain, takes, withName } from './names.ts';
import { inPage, type Page } from './page.ts';
import type { Said } from './said.ts';

/** What an origin request policy of CloudFront holds. */
export interface OriginShape {
  /** Of a managed policy; null for one of our own. */
  readonly id: string | null;
  readonly headers: Selection;
  /** CloudFront-made fields beside all of the viewer's. */
  readonly made: readonly string[];
  readonly query: Selection;
  readonly cookies: Selection;
}

type Sent = Omit<OriginShape, 'id'>;

/** CloudFront lets these two into no list of an origin request policy. */
const neverListed = new Set(['authorization', 'accept-encoding']);

/** What the origin is told beyond the key, as an origin request policy; null: nothing. */
export function originShape(page: Page, cache: CacheShape | null, said: Said): OriginShape | null {
  const sent = withKeys(page, withHost(page, asked(page, said)), said);
  const { headers, query, cookies } = sent;
  const path = inPage(page, 'originRequest');
  if (typeof headers === 'object' && 'only' in headers)
    for (const name of headers.only)
      if (neverListed.has(name.toLowerCase()))
        said.wrong(
          [...path, 'headers'],
          `CloudFront sends ${name} when it is in the key or when all fields are sent, and never by itself: name it in \`cache.key.headers\`, or write \`headers: { except: [...] }\``,
        );
  namesFit(listed(headers), [...path, 'headers'], said);
  namesFit(listed(query), [...path, 'query'], said);
  namesFit(listed(cookies), [...path, 'cookies'], said);
  charactersFit([...listed(headers), ...listed(query), ...listed(cookies)], path, said);
  if (cache) shared(page, cache, sent, said);
  functionsSee(page, sent, said);
  if (headers === 'none' && query === 'none' && cookies === 'none') return null;
  return { id: managedId(page, sent), ...sent };
}

function asked({ at, behaviour: { originRequest, cache } }: Page, said: Said): Sent {
  if (originRequest === undefined) {
    const keyAlone = cache && (cache.semantics === 'cloudfront' || cache.managed !== undefined);
    const all = keyAlone ? 'none' : 'all';
    return { headers: all, made: [], query: all, cookies: all };
  }
  let given: Pick<typeof originRequest, 'headers' | 'query' | 'cookies'> & { readonly cloudfront: readonly string[] } =
    originRequest;
  if (originRequest.managed !== undefined)
    try {
      const { headers, query, cookies, cloudfront } = managedOriginRequest(originRequest.managed);
      given = { headers, query, cookies, cloudfront } as typeof given;
    } catch (thrown) {
      said.wrong(inPage({ at }, 'originRequest', 'managed'), messageOf(thrown));
    }
  const headers = plain(given.headers);
  const sent = { query: plain(given.query), cookies: plain(given.cookies) };
  if (given.cloudfront.length === 0) return { ...sent, headers, made: [] };
  if (headers === 'all') return { ...sent, headers, made: given.cloudfront };
  if (headers === 'none' || 'only' in headers)
    return { ...sent, headers: { only: [...listed(headers), ...given.cloudfront] }, made: [] };
  said.wrong(
    inPage({ at }, 'originRequest', 'cloudfront'),
    'CloudFront puts its own fields beside a list or beside all, not beside all but some: write `headers: { only: [...] }`',
  );
  return { ...sent, headers, made: [] };
}

/** `Host` is the origin's own unless the origin asks for the viewer's; a policy that sends all would send the viewer's. */
function withHost(page: Page, sent: Sent): Sent {
  const { headers, made } = sent;
  if (page.host === 'viewer') {
    if (headers === 'none') return { ...sent, headers: { only: ['Host'] } };
    if (headers === 'all' || takes(headers, 'host', true)) return sent;
    return {
      ...sent,
      headers:
        'only' in headers
          ? { only: [...headers.only, 'Host'] }
          : plain({ except: headers.except.filter((name) => name.toLowerCase() !== 'host') }),
    };
  }
  if (headers === 'all' && made.length === 0) return { ...sent, headers: { except: ['Host'] } };
  if (typeof headers === 'object' && 'only' in headers)
    return { ...sent, headers: plain({ only: headers.only.filter((name) => name.toLowerCase() !== 'host') }) };
  if (typeof headers === 'object' && !headers.except.some((name) => name.toLowerCase() === 'host'))
    return { ...sent, headers: { except: ['Host', ...headers.except] } };
  return sent;
}

/** A licence key that the origin is to see has to be sent, whatever the policy lists. */
function withKeys(page: Page, before: Sent, said: Said): Sent {
  let sent = before;
  for (const { in: kind, name } of page.sentKeys) {
    if (kind === 'query') sent = { ...sent, query: withName(sent.query, name) };
    else if (kind === 'cookie') sent = { ...sent, cookies: withName(sent.cookies, name) };
    else if (!takes(sent.headers, name, true)) sent = { ...sent, headers: withName(sent.headers, name) };
  }
  if (page.host === 'origin' && sent.headers === 'all' && sent.made.length > 0)
    said.wrong(
      inPage(page, 'originRequest', 'cloudfront'),
      'CloudFront sends its own fields beside all of the viewer’s, and then the viewer’s Host too, which this origin is not to see: write `headers: { only: [...] }`, or `host: "viewer"` at the origin',
    );
  return sent;
}

/** What is kept is everybody's: nothing outside the key may tell one caller from another. */
function shared(page: Page, cache: CacheShape, { headers, cookies }: Sent, said: Said): void {
  const document = page.behaviour.cache;
  if (!document) return;
  const keyed = (name: string): boolean => takes({ only: cache.headers }, name, true);
  if (takes(headers, 'authorization', true) && !keyed('authorization'))
    said.wrong(
      inPage(page, 'originRequest', 'headers'),
      'the origin would see Authorization, which is not in the key, and CloudFront would hand one caller’s answer to all: name it in `cache.key.headers`, or send less, e.g. `originRequest: { headers: { except: ["Authorization"] } }`',
    );
  if (cookies !== 'none' && document.setCookie !== 'keep') {
    if (cache.cookies === 'all' || JSON.stringify(cache.cookies) === JSON.stringify(cookies))
      said.differs(
        inPage(page, 'cache', 'setCookie'),
        'CloudFront keeps Set-Cookie and gives it to everybody with the same cookies, unless the origin says no-cache="Set-Cookie"',
      );
    else
      said.wrong(
        inPage(page, 'originRequest', 'cookies'),
        'the origin would see cookies that are not in the key, and CloudFront would keep its Set-Cookie for everybody: name them in `cache.key.cookies`, send "none", or write `cache.setCookie: "keep"` where that is meant',
      );
  }
  for (const { in: kind, name } of credentialsOf(document)) {
    const reaches =
      kind === 'header'
        ? takes(headers, name, true) && !keyed(name)
        : kind === 'cookie'
          ? takes(cookies, name) && !takes(cache.cookies, name)
          : !takes(cache.query, name);
    if (reaches)
      said.differs(
        inPage(page, 'cache', 'credentials'),
        `CloudFront keeps a refusal of ${kind}:${name} that says max-age: have the origin refuse without one`,
      );
  }
}

/** Lambda@Edge at origin moments is shown the query only where all of it goes to the origin. */
function functionsSee(page: Page, { query }: Sent, said: Said): void {
  const { functions } = page.behaviour;
  if (query !== 'all' && (functions?.originRequest ?? functions?.originResponse))
    said.differs(
      inPage(page, 'originRequest', 'query'),
      'Lambda@Edge at origin moments is shown the query only where "all" of it goes to the origin',
    );
}

/** AWS's own policy where one says just this: an account holds twenty of its own. */
function managedId(page: Page, sent: Sent): string | null {
  const word = (value: Selection): string => JSON.stringify(value);
  const all = sent.query === 'all' && sent.cookies === 'all' && sent.made.length === 0;
  if (all && sent.headers === 'all') return managedOriginRequest('AllViewer').id;
  if (all && word(sent.headers) === word({ except: ['Host'] }))
    return managedOriginRequest('AllViewerExceptHostHeader').id;
  const name = page.behaviour.originRequest?.managed;
  if (name === undefined) return null;
  try {
    const own = managedOriginRequest(name);
    const same =
      word(own.headers) === word(sent.headers) &&
      word(own.query) === word(sent.query) &&
      word(own.cookies) === word(sent.cookies) &&
      word(own.cloudfront as unknown as Selection) === word(sent.made as unknown as Selection);
    return same ? own.id : null;
  } catch {
    return null;
  }
}
