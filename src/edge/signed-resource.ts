import { wildcard } from '../base/match.ts';

/** The sections in which a wildcard of a resource stays. */
interface Sections {
  readonly protocol: string | null;
  readonly domain: string;
  readonly path: string;
  readonly query: string | null;
}

/** `protocol://domain/path?query`; in a pattern the `?` before the query is written `\?`, since a bare one is a wildcard. */
function sections(text: string, pattern: boolean): Sections {
  const scheme = /^([a-z*?]+):\/\//i.exec(text);
  const rest = scheme ? text.slice(scheme[0].length) : text;
  const mark = pattern ? rest.indexOf('\\?') : rest.indexOf('?');
  const before = mark < 0 ? rest : rest.slice(0, mark);
  const slash = before.indexOf('/');
  return {
    protocol: scheme ? (scheme[1] as string) : null,
    domain: slash < 0 ? before : before.slice(0, slash),
    path: slash < 0 ? '' : before.slice(slash),
    query: mark < 0 ? null : rest.slice(mark + (pattern ? 2 : 1)),
  };
}

/** Does a policy's resource mean this URL? */
export function resourceMatches(resource: string, url: string): boolean {
  if (resource === '*') return true;
  const wanted = sections(resource, true);
  const given = sections(url, false);
  const fits = (pattern: string, value: string): boolean => wildcard(pattern).test(value);
  if (wanted.protocol !== null && wanted.protocol !== '*' && !fits(wanted.protocol, given.protocol ?? '')) return false;
  // A pattern without a domain begins with the path; its domain is ours by definition.
  if (wanted.domain !== '' && !fits(wanted.domain, given.domain)) return false;
  if (wanted.path === '' && wanted.domain.endsWith('*')) return true;
  if (!fits(wanted.path, given.path)) return false;
  if (wanted.query !== null) return fits(wanted.query, given.query ?? '');
  return given.query === null || wanted.path.endsWith('*');
}
