import { type HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { splitTarget } from '../events/parts-target.ts';
import { httpSource, type MappingInput, type MappingSource } from './mapping-source.ts';

/** Parameter mapping of HTTP APIs: `append|overwrite|remove` on headers and query, `overwrite` on path and status. */

type Verb = 'append' | 'overwrite' | 'remove';

interface Mapping {
  readonly verb: Verb;
  readonly on: 'header' | 'querystring' | 'path' | 'statuscode';
  readonly name: string;
  readonly source: MappingSource;
}

export interface RequestMapping {
  /** Does any value look into the body? */
  readonly needsBody: boolean;
  /** `params`: values for the path at the origin; REST alone has them. */
  apply(input: MappingInput): {
    readonly request: HttpRequest;
    readonly params: Readonly<Record<string, string>> | null;
  };
}

export interface ResponseMapping {
  readonly needsBody: boolean;
  apply(input: MappingInput & { readonly response: NonNullable<MappingInput['response']> }): {
    readonly status: number;
    readonly headers: HeaderList;
  };
}

/** Fields that the gateway keeps to itself. */
const reserved =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-for|x-forwarded-host|x-forwarded-proto|via)$/;

export const isReservedHeader = (name: string): boolean => reserved.test(name.toLowerCase());

/** Compiles mappings, or says what is wrong with the first that is. */
function compile(given: Readonly<Record<string, string>>, side: 'request' | 'response'): readonly Mapping[] | string {
  const mappings: Mapping[] = [];
  for (const [key, value] of Object.entries(given)) {
    const parts = /^(append|overwrite|remove):(header|querystring|path|statuscode)(?:\.(.+))?$/.exec(key);
    if (!parts)
      return `"${key}": wanted append:, overwrite: or remove: before header.NAME, querystring.NAME, path or statuscode`;
    const [, verb, on, name = ''] = parts as unknown as [string, Verb, Mapping['on'], string | undefined];
    if ((on === 'header' || on === 'querystring') !== (name !== ''))
      return `"${key}": ${on} ${name === '' ? 'needs a name' : 'has no name'}`;
    if ((on === 'path' || on === 'statuscode') && verb !== 'overwrite')
      return `"${key}": ${on} can only be overwritten`;
    if (side === 'request' ? on === 'statuscode' : on === 'path' || on === 'querystring')
      return `"${key}": a ${side} has no ${on}`;
    if (on === 'header' && (isReservedHeader(name) || !isToken(name)))
      return `"${key}": this header is reserved and cannot be mapped`;
    const source = httpSource(value);
    if (typeof source === 'string') return `"${key}": ${source}`;
    mappings.push({ verb, on, name, source });
  }
  return mappings;
}

const needsBody = (given: Readonly<Record<string, string>>, side: string): boolean =>
  Object.values(given).some((value) => value.includes(`$${side}.body`) || value.includes(`{${side}.body`));

export function requestMapping(given: Readonly<Record<string, string>>): RequestMapping | string {
  const mappings = compile(given, 'request');
  if (typeof mappings === 'string') return mappings;
  return {
    needsBody: needsBody(given, 'request'),
    apply(input) {
      let { headers } = input.request;
      let { path, query } = splitTarget(input.request.target);
      for (const { verb, on, name, source } of mappings) {
        const values = source(input);
        if (on === 'path') {
          const to = values?.[0];
          if (to !== undefined) path = to.startsWith('/') ? encodePath(to) : `/${encodePath(to)}`;
        } else if (on === 'header') headers = mapHeader(headers, verb, name, values);
        else query = mapQuery(query, verb, name, values);
      }
      const target = query === null || query === '' ? path : `${path}?${query}`;
      return { request: { ...input.request, headers, target }, params: null };
    },
  };
}

export function responseMapping(given: Readonly<Record<string, string>>): ResponseMapping | string {
  const mappings = compile(given, 'response');
  if (typeof mappings === 'string') return mappings;
  return {
    needsBody: needsBody(given, 'response'),
    apply(input) {
      let { headers, status } = input.response;
      for (const { verb, on, name, source } of mappings) {
        const values = source(input);
        if (on === 'header') headers = mapHeader(headers, verb, name, values);
        else {
          const wanted = Number(values?.[0]);
          if (Number.isInteger(wanted) && wanted >= 200 && wanted <= 599) status = wanted;
        }
      }
      return { status, headers };
    },
  };
}

function mapHeader(headers: HeaderList, verb: Verb, name: string, values: readonly string[] | null): HeaderList {
  const lower = name.toLowerCase();
  if (verb === 'remove') return headers.without(lower);
  if (!values) return headers;
  // A value from a request must not become a line of its own.
  const safe = values.map((value) => value.replaceAll(/[\r\n\0]/g, ' ')).filter(isFieldValue);
  if (safe.length === 0) return headers;
  let out = verb === 'overwrite' ? headers.without(lower) : headers;
  for (const value of safe) out = out.append(name, value);
  return out;
}

function mapQuery(query: string | null, verb: Verb, name: string, values: readonly string[] | null): string | null {
  const parts = (query ?? '').split('&').filter((part) => part !== '');
  const named = (part: string): boolean => {
    const mark = part.indexOf('=');
    const raw = mark < 0 ? part : part.slice(0, mark);
    return raw === name || raw === encodeURIComponent(name);
  };
  if (verb !== 'remove' && !values) return query;
  const kept = verb === 'append' ? parts : parts.filter((part) => !named(part));
  if (verb !== 'remove')
    for (const value of values ?? []) kept.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return kept.length === 0 ? null : kept.join('&');
}

/** A mapped path keeps its slashes and escapes; what cannot stand in a target is encoded. */
const encodePath = (path: string): string =>
  path.replaceAll(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/g, (char) => encodeURIComponent(char));
