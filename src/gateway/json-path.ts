/**
 * JSON paths as mapping expressions use them: `$`, `.name`, `['name']`, `[0]`, `[-1]`, `[*]`, `.*` and `..name`. A path that can
 * only mean one place gives that value; one with a wildcard gives a list.
 */
export interface JsonPath {
  readonly definite: boolean;
  /** Undefined when a definite path leads nowhere. */
  read(value: unknown): unknown;
}

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep' };

/** Null when it is no path. */
export function parseJsonPath(text: string): JsonPath | null {
  if (!text.startsWith('$')) return null;
  const steps: Step[] = [];
  const grammar =
    /\.\.|\.\*|\.([A-Za-z_\u0080-\uffff$@-][\w$@\u0080-\uffff-]*)|\[\*\]|\[(-?\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]|([A-Za-z_][\w-]*)/y;
  grammar.lastIndex = 1;
  while (grammar.lastIndex < text.length) {
    const token = grammar.exec(text);
    if (!token) return null;
    const [whole, dotted, index, single, double, bare] = token;
    if (bare !== undefined) {
      if (steps.at(-1)?.kind !== 'deep') return null;
      steps.push({ kind: 'name', name: bare });
    } else if (whole === '..') steps.push({ kind: 'deep' });
    else if (whole === '.*' || whole === '[*]') steps.push({ kind: 'all' });
    else if (index !== undefined) steps.push({ kind: 'index', at: Number(index) });
    else steps.push({ kind: 'name', name: dotted ?? (single ?? double ?? '').replaceAll(/\\(.)/g, '$1') });
  }
  if (steps.at(-1)?.kind === 'deep') return null;
  const definite = steps.every((step) => step.kind === 'name' || step.kind === 'index');
  return {
    definite,
    read(value) {
      const found = walk([value], steps);
      return definite ? found[0] : found;
    },
  };
}

function walk(values: unknown[], steps: readonly Step[]): unknown[] {
  let at = values;
  for (const step of steps) {
    at = at.flatMap((value) => (step.kind === 'deep' ? deep(value, 0) : below(value, step)));
    if (at.length > 10_000) return at.slice(0, 10_000);
  }
  return at;
}

function below(value: unknown, step: Exclude<Step, { kind: 'deep' }>): unknown[] {
  if (Array.isArray(value)) {
    const list = value as unknown[];
    if (step.kind === 'all') return list;
    if (step.kind === 'index') {
      const at = step.at < 0 ? list.length + step.at : step.at;
      return at >= 0 && at < list.length ? [list[at]] : [];
    }
    return [];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (step.kind === 'all') return Object.values(value);
  return step.kind === 'name' && Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : [];
}

function deep(value: unknown, depth: number): unknown[] {
  if (typeof value !== 'object' || value === null || depth > 64) return [];
  return [value, ...Object.values(value).flatMap((each) => deep(each, depth + 1))];
}
