import { queryPairs } from '../http/query.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Call } from './call.ts';
import { contextValue } from './variables.ts';

/** Where an authorizer finds who is asking. */
export type IdentitySource =
  | { readonly from: 'header'; readonly name: string }
  | { readonly from: 'query'; readonly name: string }
  | { readonly from: 'stage'; readonly name: string }
  | { readonly from: 'context'; readonly name: string };

/**
 * `method.request.header.X`, `method.request.querystring.X`, `stageVariables.X`, `context.X` of REST APIs;
 * `$request.header.X`, `$request.querystring.X`, `$stageVariables.X`, `$context.X` of HTTP APIs;
 * `route.request.header.X` of WebSocket APIs. Path parameters and bodies cannot be sources.
 */
export function parseIdentitySource(text: string): IdentitySource | null {
  const parts = /^\$?(?:(?:method\.|route\.)?request\.(header|querystring)|(stageVariables|context))\.(.+)$/.exec(
    text.trim(),
  );
  if (!parts) return null;
  const name = parts[3] as string;
  if (parts[1] === 'header') return { from: 'header', name: name.toLowerCase() };
  if (parts[1] === 'querystring') return { from: 'query', name };
  return { from: parts[2] === 'context' ? 'context' : 'stage', name };
}

/** The values in order; null as soon as one is missing or empty. */
export function identityValues(sources: readonly IdentitySource[], request: HttpRequest, call: Call): string[] | null {
  const values: string[] = [];
  for (const source of sources) {
    const value = valueOf(source, request, call);
    if (value === undefined || value === '') return null;
    values.push(value);
  }
  return values;
}

function valueOf(source: IdentitySource, request: HttpRequest, call: Call): string | undefined {
  switch (source.from) {
    case 'header':
      return request.headers.get(source.name);
    case 'query':
      return queryPairs(splitTarget(request.target).query).findLast(([name]) => name === source.name)?.[1];
    case 'stage':
      return call.stageVariables?.[source.name];
    case 'context':
      return contextValue(call, request, source.name) ?? undefined;
  }
}

/** One text for the values, so that no two lists of values make the same. */
export const cacheKeyOf = (values: readonly string[]): string => JSON.stringify(values);
