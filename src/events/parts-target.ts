/** A target cut at its question mark; the query without it, null when there was none. */
export function splitTarget(target: string): { readonly path: string; readonly query: string | null } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: null } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** A target of the two parts that an event has. A question mark in a decoded path began no query, and may not begin one. */
export const targetOf = (path: string, query: string): string =>
  query === '' ? path.replaceAll('?', '%3F') : `${path.replaceAll('?', '%3F')}?${query}`;
