import { queryPairs } from '../http/query.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Call } from './call.ts';
import { parseJsonPath } from './json-path.ts';
import { contextValue } from './variables.ts';

/** The request side and the response side of a mapping expression. */
export interface MappingInput {
  readonly call: Call;
  readonly request: HttpRequest;
  /** Whole body as text; null where it was not read or is none. */
  readonly body: string | null;
  /** Set on the way out. */
  readonly response?: { readonly status: number; readonly headers: HeaderList; readonly body: string | null };
}

/** Null: there is nothing to map, and the mapping is left out. */
export type MappingSource = (input: MappingInput) => readonly string[] | null;

/** Only this much of a body is looked at. */
const MOST_BODY = 102_400;

const one = (value: string | null | undefined): readonly string[] | null =>
  value === null || value === undefined ? null : [value];

export function bodyValue(body: string | null, path: string | null): string | null {
  if (body === null) return null;
  if (path === null) return body;
  const steps = parseJsonPath(path);
  if (!steps || body.length > MOST_BODY) return null;
  try {
    const found = steps.read(JSON.parse(body));
    return found === undefined || found === null ? null : typeof found === 'string' ? found : JSON.stringify(found);
  } catch {
    return null;
  }
}

const queryValues = (request: HttpRequest, name: string): readonly string[] =>
  queryPairs(splitTarget(request.target).query)
    .filter(([each]) => each === name)
    .map(([, value]) => value);

const many = (values: readonly string[]): readonly string[] | null => (values.length === 0 ? null : values);

/** HTTP APIs: `$request.header.X`, `$request.body.a.b`, `$context.X`, `$stageVariables.X`, `${…}` inside text, or plain text. */
export function httpSource(text: string): MappingSource | string {
  if (/^\$(?!\{)/.test(text)) return reference(text.slice(1));
  const parts: MappingSource[] = [];
  let rest = 0;
  for (const found of text.matchAll(/\$\{([^}]*)\}/g)) {
    const literal = text.slice(rest, found.index);
    if (literal) parts.push(() => [literal]);
    const source = reference(found[1] as string);
    if (typeof source === 'string') return source;
    parts.push((input) => source(input) ?? ['']);
    rest = found.index + found[0].length;
  }
  const tail = text.slice(rest);
  if (tail || parts.length === 0) parts.push(() => [tail]);
  if (parts.length === 1) return parts[0] as MappingSource;
  return (input) => [parts.map((part) => (part(input) ?? ['']).join(',')).join('')];
}

function reference(text: string): MappingSource | string {
  const parts = /^(request|response)\.(header|querystring|body|path)(?:\.(.+))?$/.exec(text);
  if (parts) {
    const [, side, kind, name] = parts as unknown as [string, string, string, string | undefined];
    if (kind === 'body') {
      const path = name === undefined ? null : `$.${name}`;
      if (path !== null && (!parseJsonPath(path)?.definite || path.includes('..')))
        return `"${text}": a body path has neither ".." nor filters`;
      return (input) => one(bodyValue(side === 'request' ? input.body : (input.response?.body ?? null), path));
    }
    if (kind === 'path') {
      if (side === 'response') return `"${text}": a response has no path`;
      return name === undefined ? (input) => [input.call.path] : (input) => one(input.call.params?.[name]);
    }
    if (name === undefined) return `"${text}": name the ${kind}`;
    if (kind === 'querystring') {
      if (side === 'response') return `"${text}": a response has no query`;
      return (input) => many(queryValues(input.request, name));
    }
    const field = name.toLowerCase();
    return (input) => many((side === 'request' ? input.request.headers : input.response?.headers)?.all(field) ?? []);
  }
  const other = /^(context|stageVariables)\.(.+)$/.exec(text);
  if (!other) return `"$${text}" is no mapping value: wanted $request…, $response…, $context… or $stageVariables…`;
  const name = other[2] as string;
  return other[1] === 'context'
    ? (input) => one(contextValue(input.call, input.request, name))
    : (input) => one(input.call.stageVariables?.[name]);
}

/** REST APIs: `method.request.header.X`, `integration.response.body.path`, `context.X`, `stageVariables.X`, `'literal'`. */
export function restSource(text: string): MappingSource | string {
  const literal = /^'([^']*)'$/.exec(text);
  if (literal) return () => [literal[1] as string];
  const parts =
    /^(method\.request|integration\.response)\.(path|querystring|multivaluequerystring|header|multivalueheader|body)(?:\.(.+))?$/.exec(
      text,
    );
  if (parts) {
    const [, side, kind, name] = parts as unknown as [string, string, string, string | undefined];
    const asked = side === 'method.request';
    if (kind === 'body') {
      const path = name === undefined ? null : name.startsWith('$') ? name : `$.${name}`;
      if (path !== null && !parseJsonPath(path)) return `"${text}": no JSON path`;
      return (input) => one(bodyValue(asked ? input.body : (input.response?.body ?? null), path));
    }
    if (name === undefined) return `"${text}": name the ${kind}`;
    if (!asked && !kind.endsWith('header')) return `"${text}": a response has only header and body`;
    if (kind === 'path') return (input) => one(input.call.params?.[name]);
    if (kind === 'querystring') return (input) => one(queryValues(input.request, name).at(-1));
    if (kind === 'multivaluequerystring') return (input) => many(queryValues(input.request, name));
    const all = (input: MappingInput): readonly string[] =>
      exact(asked ? input.request.headers : input.response?.headers, name);
    return kind === 'header' ? (input) => one(all(input).at(-1)) : (input) => many(all(input));
  }
  const other = /^(context|stageVariables)\.(.+)$/.exec(text);
  if (!other)
    return `"${text}" is no mapping value: wanted method.request…, integration.response…, context…, stageVariables… or a 'literal'`;
  const name = other[2] as string;
  return other[1] === 'context'
    ? (input) => one(contextValue(input.call, input.request, name))
    : (input) => one(input.call.stageVariables?.[name]);
}

/** REST mappings compare header names by case. */
export function exact(headers: HeaderList | undefined, name: string): readonly string[] {
  const values: string[] = [];
  if (headers) for (const [each, value] of headers) if (each === name) values.push(value);
  return values;
}
