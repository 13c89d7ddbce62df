/**
 * A trie of path templates: a pure function of method and path. At each segment a literal wins over `{name}`, and that
 * over `{name+}`; where the better branch leads nowhere, the next best is tried. At the end a named method wins over
 * `ANY`. `$default` takes what nothing else takes.
 */
export interface RouteKey {
  /** Null for `ANY`. */
  readonly method: string | null;
  /** Null for `$default`. */
  readonly segments: readonly Segment[] | null;
}

export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one'; readonly name: string }
  | { readonly kind: 'rest'; readonly name: string };

/** The key, or what is wrong with it. */
export function parseRouteKey(key: string): RouteKey | string {
  if (key === '$default') return { method: null, segments: null };
  const parts = /^([A-Z]+) (\/.*)$/.exec(key);
  if (!parts) return 'wanted "METHOD /path"';
  const segments: Segment[] = [];
  const names = new Set<string>();
  const texts = (parts[2] as string).slice(1).split('/');
  for (const [at, text] of texts.entries()) {
    const hole = /^\{([A-Za-z0-9_.-]+)(\+?)\}$/.exec(text);
    if (!hole) {
      if (/[{}]/.test(text)) return `"${text}": a parameter is a whole segment, "{name}"`;
      segments.push({ kind: 'literal', text });
      continue;
    }
    const name = hole[1] as string;
    if (names.has(name)) return `"${name}" stands there twice`;
    names.add(name);
    if (hole[2] && at < texts.length - 1) return `"{${name}+}" takes the rest, so it must be the last segment`;
    segments.push(hole[2] ? { kind: 'rest', name } : { kind: 'one', name });
  }
  return { method: parts[1] === 'ANY' ? null : (parts[1] as string), segments };
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  one: Node<T> | null;
  rest: Leaf<T>[];
  leaves: Leaf<T>[];
}

interface Leaf<T> {
  readonly method: string | null;
  readonly names: readonly string[];
  readonly value: T;
}

export interface Routed<T> {
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
}

const noParams: Readonly<Record<string, string>> = Object.freeze({});

export class Router<T> {
  readonly #root: Node<T> = node();
  #fallback: T | null = null;

  /** Throws when a route with the same shape and method is there already; the message names its parameters' places. */
  add(key: RouteKey, value: T): void {
    if (!key.segments) {
      this.#fallback = value;
      return;
    }
    let at = this.#root;
    const names: string[] = [];
    for (const segment of key.segments) {
      if (segment.kind === 'rest') {
        insert(at.rest, { method: key.method, names: [...names, segment.name], value });
        return;
      }
      if (segment.kind === 'one') {
        names.push(segment.name);
        at = at.one ??= node();
      } else {
        let below = at.literals.get(segment.text);
        if (!below) at.literals.set(segment.text, (below = node()));
        at = below;
      }
    }
    insert(at.leaves, { method: key.method, names, value });
  }

  /** `path` starts with a slash, decoded or raw as the caller has it; parameters come in the same form. */
  find(method: string, path: string): Routed<T> | null {
    const taken: string[] = [];
    const leaf = walk(this.#root, path, 1, method, taken);
    if (!leaf) return this.#fallback === null ? null : { value: this.#fallback, params: noParams };
    if (leaf.names.length === 0) return { value: leaf.value, params: noParams };
    const params: Record<string, string> = {};
    for (let at = 0; at < leaf.names.length; at++) params[leaf.names[at] as string] = taken[at] as string;
    return { value: leaf.value, params };
  }
}

const node = <T>(): Node<T> => ({ literals: new Map(), one: null, rest: [], leaves: [] });

function insert<T>(leaves: Leaf<T>[], leaf: Leaf<T>): void {
  if (leaves.some((there) => there.method === leaf.method))
    throw new TypeError('another route has the same method and the same shape of path');
  leaves.push(leaf);
}

const pick = <T>(leaves: readonly Leaf<T>[], method: string): Leaf<T> | undefined =>
  leaves.find((leaf) => leaf.method === method) ?? leaves.find((leaf) => leaf.method === null);

/** Tries branches from the most to the least specific; `from` is where the next segment begins, `taken` what parameters took so far. */
function walk<T>(at: Node<T>, path: string, from: number, method: string, taken: string[]): Leaf<T> | null {
  if (from > path.length) return pick(at.leaves, method) ?? null;
  const slash = path.indexOf('/', from);
  const end = slash < 0 ? path.length : slash;
  const segment = path.slice(from, end);
  const literal = at.literals.get(segment);
  if (literal) {
    const leaf = walk(literal, path, end + 1, method, taken);
    if (leaf) return leaf;
  }
  if (at.one && segment !== '') {
    taken.push(segment);
    const leaf = walk(at.one, path, end + 1, method, taken);
    if (leaf) return leaf;
    taken.pop();
  }
  const rest = pick(at.rest, method);
  if (!rest) return null;
  taken.push(path.slice(from));
  return rest;
}
