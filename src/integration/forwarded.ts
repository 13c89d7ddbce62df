import type { Viewer } from '../flow/exchange.ts';
import { HeaderList } from '../http/headers.ts';
import { hopByHop } from '../http/hop-by-hop.ts';
import type { HttpRequest } from '../http/message.ts';

export interface ForwardedOptions {
  /** Value of the `Host` field at the origin. */
  readonly host: string;
  /** Fields set on each request, names as they shall be written. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Fields of ours that must not travel: the API key's, for one. In lower case. */
  readonly remove: readonly string[];
}

/** Fields that say who asked; only a trusted proxy's word about it is passed on. */
const told = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded'];

/** Fields that some servers take for the real method or path: a way around rules that look at method and path. */
const overrides = ['x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-http-method', 'x-method-override'];

/** The header as it goes to the origin: hop-by-hop fields gone, host set, and the word on who asked. */
export function outboundHeaders(request: HttpRequest, viewer: Viewer, options: ForwardedOptions): HeaderList {
  const drop = hopByHop(request.headers);
  const set = options.set;
  const flat: string[] = ['Host', options.host];
  const { flat: given } = request.headers;
  const names = request.headers.names;
  const proxied = viewer.peer !== viewer.address;
  let chain = '';
  let forwarded = '';
  let via = '';
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const value = given[at * 2 + 1] as string;
    if (name === 'via') via = via === '' ? value : `${via}, ${value}`;
    else if (name === 'x-forwarded-for') chain = chain === '' ? value : `${chain}, ${value}`;
    else if (name === 'forwarded') forwarded = forwarded === '' ? value : `${forwarded}, ${value}`;
    else if (
      name !== 'host' &&
      name !== 'expect' &&
      name !== 'content-length' &&
      !drop.has(name) &&
      !told.includes(name) &&
      !overrides.includes(name) &&
      !options.remove.includes(name) &&
      !set.some(([own]) => own.toLowerCase() === name)
    ) {
      flat.push(given[at * 2] as string, value);
    }
  }
  const viewerHost = request.headers.get('host') ?? '';
  const scheme = viewer.secure ? 'https' : 'http';
  const last = proxied ? viewer.peer : viewer.address;
  flat.push('X-Forwarded-For', proxied && chain ? `${chain}, ${last}` : viewer.address);
  flat.push('X-Forwarded-Host', (proxied && request.headers.get('x-forwarded-host')) || viewerHost);
  flat.push('X-Forwarded-Proto', (proxied && request.headers.get('x-forwarded-proto')) || scheme);
  flat.push('X-Forwarded-Port', (proxied && request.headers.get('x-forwarded-port')) || String(viewer.localPort));
  const element = `for=${node(last)};host="${viewerHost.replaceAll(/["\\]/g, '')}";proto=${scheme}`;
  flat.push('Forwarded', proxied && forwarded ? `${forwarded}, ${element}` : element);
  flat.push('Via', via ? `${via}, ${request.version} sallyport` : `${request.version} sallyport`);
  for (const [name, value] of set) flat.push(name, value);
  return HeaderList.fromFlat(flat);
}

/** RFC 7239 section 6: an IPv6 address is in brackets and in quotes. */
const node = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/** The header of the answer as the viewer gets it. */
export function inboundHeaders(headers: HeaderList, status: number, version: string): HeaderList {
  const drop = hopByHop(headers);
  const { flat: given, names } = headers;
  const flat: string[] = [];
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    if (drop.has(name) && !(status === 101 && name === 'upgrade')) continue;
    flat.push(given[at * 2] as string, given[at * 2 + 1] as string);
  }
  flat.push('Via', `${version} sallyport`);
  return HeaderList.fromFlat(flat);
}
