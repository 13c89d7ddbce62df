import { bySpecificity, wildcard, type Wildcard } from '../base/match.ts';

/** A key of the resource map, read. */
export type ResourceKey =
  | { readonly kind: 'default' }
  | { readonly kind: 'path'; readonly method: string | null; readonly path: Wildcard }
  | { readonly kind: 'arn'; readonly arn: Wildcard };

/** The key, or what is wrong with it and what to write instead. */
export function parseResourceKey(
  key: string,
): ResourceKey | { readonly kind: 'bad'; readonly says: string; readonly hint: string } {
  if (key === 'default') return { kind: 'default' };
  if (key.startsWith('arn:')) {
    const shape = /^arn:[^:]*:execute-api:[^:]*:[^:]*:.+$/.test(key);
    if (shape) return { kind: 'arn', arn: wildcard(key) };
    return {
      kind: 'bad',
      says: 'not an execute-api ARN',
      hint: 'write "arn:aws:execute-api:us-east-1:*:*/prod/GET/orders/*"',
    };
  }
  const parts = /^(?:([A-Za-z]+|\*) )?(\/.*|\*)$/.exec(key);
  if (!parts)
    return {
      kind: 'bad',
      says: 'not a resource',
      hint: 'write "POST /orders/*", "/orders/*", an execute-api ARN, or "default"',
    };
  const path = parts[2] as string;
  if (/[{}]/.test(path)) {
    return { kind: 'bad', says: 'braces mean nothing here', hint: `write "${path.replaceAll(/\{[^}]*\}/g, '*')}"` };
  }
  const method = parts[1]?.toUpperCase();
  return { kind: 'path', method: !method || method === 'ANY' || method === '*' ? null : method, path: wildcard(path) };
}

export interface Resource {
  readonly method: string;
  readonly path: string;
  readonly arn: string;
}

interface Entry<T> {
  readonly key: string;
  readonly match: Wildcard;
  readonly method: string | null;
  readonly arn: boolean;
  readonly value: T;
}

/**
 * Looks a resource up: exact first (with its method before any method, then an exact ARN), then the most specific
 * wildcard, then the default. Null when there is no default either.
 */
export class ResourceTable<T> {
  readonly #exact = new Map<string, Entry<T>>();
  readonly #wild: Entry<T>[] = [];
  #default: Entry<T> | null = null;

  constructor(entries: Iterable<readonly [key: string, value: T]>) {
    for (const [key, value] of entries) {
      const read = parseResourceKey(key);
      if (read.kind === 'bad') throw new TypeError(`${key}: ${read.says}; ${read.hint}`);
      if (read.kind === 'default') this.#default = { key, match: wildcard('*'), method: null, arn: false, value };
      else {
        const entry: Entry<T> =
          read.kind === 'arn'
            ? { key, match: read.arn, method: null, arn: true, value }
            : { key, match: read.path, method: read.method, arn: false, value };
        if (entry.match.exact) this.#exact.set(exactName(entry.method, entry.match.pattern), entry);
        else this.#wild.push(entry);
      }
    }
    this.#wild.sort((a, b) => specificity(b) - specificity(a) || bySpecificity(a.match, b.match));
  }

  find(resource: Resource): { readonly key: string; readonly value: T } | null {
    return (
      this.#exact.get(exactName(resource.method, resource.path)) ??
      this.#exact.get(exactName(null, resource.path)) ??
      this.#exact.get(exactName(null, resource.arn)) ??
      this.#wild.find((entry) =>
        entry.arn
          ? entry.match.test(resource.arn)
          : (entry.method === null || entry.method === resource.method) && entry.match.test(resource.path),
      ) ??
      this.#default
    );
  }
}

const exactName = (method: string | null, text: string): string => `${method ?? ''} ${text}`;

/**
 * Literal characters that say something about method and path. The account part of an ARN says nothing about what is
 * asked for, so an ARN counts from its stage on; a named method counts as more than any path it could go with.
 */
function specificity(entry: Entry<unknown>): number {
  if (!entry.arn) return (entry.method === null ? 0 : entry.method.length + 1) + entry.match.literals;
  const tail = entry.match.pattern.split(':').slice(5).join(':').split('/').slice(2);
  const [method = '*', ...path] = tail;
  const literals = (text: string): number => text.replaceAll(/[*?]/g, '').length;
  return (literals(method) === 0 ? 0 : literals(method) + 1) + literals(`/${path.join('/')}`);
}
