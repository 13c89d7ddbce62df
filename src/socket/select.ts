/** Chooses the route key of a message; an empty text when nothing was found (spec WR-1, WR-2). */
export interface Selection {
  /** The expression as it was written. */
  readonly text: string;
  /** Does it look into the message at all? */
  readonly readsBody: boolean;
  /** @param body the message as JSON, or `notJson` */
  key(body: unknown): string;
}

export const notJson: unique symbol = Symbol('not JSON');

type Part = { readonly literal: string } | { readonly path: readonly (string | number)[] };

const PATH = String.raw`\$request\.body((?:\.[A-Za-z_][\w-]*|\[\d+\])*)`;
const TOKEN = new RegExp(String.raw`\\\$|\$\{request\.body((?:\.[A-Za-z_][\w-]*|\[\d+\])*)\}|${PATH}`, 'g');

/**
 * Compiles a route selection expression: `$request.body.action`, `${request.body.a.b}`, `$request.body.list[0]`, with
 * text around them and `\$` for a dollar. Returns what is wrong with it as a text.
 */
export function parseSelection(text: string): Selection | string {
  const parts: Part[] = [];
  let at = 0;
  for (const hit of text.matchAll(TOKEN)) {
    if (hit.index > at) parts.push({ literal: text.slice(at, hit.index) });
    at = hit.index + hit[0].length;
    parts.push(hit[0] === '\\$' ? { literal: '$' } : { path: steps(hit[1] ?? hit[2] ?? '') });
  }
  if (at < text.length) parts.push({ literal: text.slice(at) });
  const odd = parts.find((part) => 'literal' in part && part.literal !== '$' && part.literal.includes('$'));
  if (odd !== undefined || text === '') {
    return 'wanted an expression such as "$request.body.action" or "${request.body.type}.${request.body.name}"';
  }
  const [only] = parts;
  const single = parts.length === 1 && only !== undefined && 'path' in only ? only.path : null;
  return {
    text,
    readsBody: parts.some((part) => 'path' in part),
    key(body) {
      // A message that is not JSON finds nothing, whatever stands around the path.
      if (body === notJson) return '';
      if (single !== null) return textOf(read(body, single));
      return parts.map((part) => ('literal' in part ? part.literal : textOf(read(body, part.path)))).join('');
    },
  };
}

function steps(path: string): (string | number)[] {
  return [...path.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

function read(from: unknown, path: readonly (string | number)[]): unknown {
  let value = from;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (typeof step === 'number' ? !Array.isArray(value) : !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
