import type { Viewer } from '../flow/exchange.ts';
import { HeaderList } from '../http/headers.ts';
import { hopByHopFields, nominatedFields } from '../http/hop-by-hop.ts';
import type { HttpRequest } from '../http/message.ts';

export interface ForwardedOptions {
  /** Value of the `Host` field at the origin. */
  readonly host: string;
  /** Fields set on each request, names as they shall be written. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Names, in lower case, that are not copied from the request: see `notCopied`. */
  readonly notCopied: ReadonlySet<string>;
}

/** Fields that say who asked; only a trusted proxy's word about it is passed on. */
const told = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded', 'via'];

/** Fields that some servers take for the real method or path: a way around rules that look at method and path. */
const overrides = ['x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-http-method', 'x-method-override'];

/** What no request of this origin takes along, worked out once: fields of this hop, fields we write ourselves, and `more`. */
export function notCopied(set: ForwardedOptions['set'], more: readonly string[]): ReadonlySet<string> {
  const own = set.map(([name]) => name.toLowerCase());
  return new Set([...hopByHopFields, ...told, ...overrides, ...own, ...more, 'host', 'expect', 'content-length']);
}

/** The header as it goes to the origin: hop-by-hop fields gone, host set, and the word on who asked. */
export function outboundHeaders(request: HttpRequest, viewer: Viewer, options: ForwardedOptions): HeaderList {
  const { headers } = request;
  const { flat: given, names } = headers;
  const flat: string[] = ['Host', options.host];
  const nominated = nominatedFields(headers);
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    if (options.notCopied.has(name) || (nominated !== null && nominated.has(name))) continue;
    flat.push(given[at * 2] as string, given[at * 2 + 1] as string);
  }
  const proxied = viewer.peer !== viewer.address;
  const before = (name: string): string | undefined => (proxied ? headers.joined(name) : undefined);
  const viewerHost = headers.get('host') ?? '';
  const scheme = viewer.secure ? 'https' : 'http';
  const last = proxied ? viewer.peer : viewer.address;
  const element = `for=${node(last)};host="${viewerHost}";proto=${scheme}`;
  const via = headers.joined('via');
  flat.push(
    'X-Forwarded-For',
    after(before('x-forwarded-for'), last),
    'X-Forwarded-Host',
    before('x-forwarded-host') ?? viewerHost,
    'X-Forwarded-Proto',
    before('x-forwarded-proto') ?? scheme,
    'X-Forwarded-Port',
    before('x-forwarded-port') ?? String(viewer.localPort),
    'Forwarded',
    after(before('forwarded'), element),
    'Via',
    after(via, `${request.version} sallyport`),
  );
  for (const [name, value] of options.set) flat.push(name, value);
  return HeaderList.fromFlat(flat);
}

const after = (chain: string | undefined, link: string): string => (chain ? `${chain}, ${link}` : link);

/** RFC 7239 section 6: an IPv6 address is in brackets and in quotes. */
const node = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/** The header of the answer as the viewer gets it. */
export function inboundHeaders(headers: HeaderList, status: number, version: string): HeaderList {
  const { flat: given, names } = headers;
  const nominated = nominatedFields(headers);
  const flat: string[] = [];
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const hop = hopByHopFields.has(name) || (nominated !== null && nominated.has(name));
    if (hop && !(status === 101 && name === 'upgrade')) continue;
    flat.push(given[at * 2] as string, given[at * 2 + 1] as string);
  }
  flat.push('Via', `${version} sallyport`);
  return HeaderList.fromFlat(flat);
}
