import { isToken, listOf } from './headers.ts';

/**
 * Directives of Cache-Control (RFC 9111 section 5.2) and of the fields that borrow its syntax. A directive that takes
 * seconds is a number when it is well formed, and `'invalid'` when it is there but cannot be read: what cannot be read
 * must never make a response fresh.
 */
export type Seconds = number | 'invalid';

/** Names of fields; empty when the directive stood without an argument and so means the whole response. */
export type FieldNames = readonly string[];

export interface Directives {
  readonly maxAge?: Seconds;
  readonly sMaxAge?: Seconds;
  readonly maxStale?: Seconds | 'any';
  readonly minFresh?: Seconds;
  readonly staleWhileRevalidate?: Seconds;
  readonly staleIfError?: Seconds;
  readonly noCache?: FieldNames;
  readonly private?: FieldNames;
  readonly noStore?: true;
  readonly public?: true;
  readonly mustRevalidate?: true;
  readonly proxyRevalidate?: true;
  readonly mustUnderstand?: true;
  readonly onlyIfCached?: true;
  readonly noTransform?: true;
  /** Directives whose meaning is not known to us, by name. */
  readonly others?: ReadonlyMap<string, string | null>;
}

export const noDirectives: Directives = {};

/** Upper bound of a delta-seconds value (RFC 9111 section 1.2.2); anything larger means this. */
const MOST_SECONDS = 2 ** 31;

const seconds = (text: string | null): Seconds =>
  text !== null && /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) : 'invalid';

const unquoted = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : text;

// Maps, since senders choose the names: an object would also answer to `constructor`.
const flags: ReadonlyMap<string, keyof Directives> = new Map([
  ['no-store', 'noStore'],
  ['public', 'public'],
  ['must-revalidate', 'mustRevalidate'],
  ['proxy-revalidate', 'proxyRevalidate'],
  ['must-understand', 'mustUnderstand'],
  ['only-if-cached', 'onlyIfCached'],
  ['no-transform', 'noTransform'],
]);

const timed: ReadonlyMap<string, keyof Directives> = new Map([
  ['max-age', 'maxAge'],
  ['s-maxage', 'sMaxAge'],
  ['min-fresh', 'minFresh'],
  ['stale-while-revalidate', 'staleWhileRevalidate'],
  ['stale-if-error', 'staleIfError'],
]);

/** Of two values of one directive the one that allows less holds (RFC 9111 section 4.2.1 leaves the choice). */
const stricter = (a: Seconds, b: Seconds): Seconds => (a === 'invalid' || b === 'invalid' ? 'invalid' : Math.min(a, b));

/** Reads every line of one field. Names are compared without case; arguments may be tokens or quoted strings. */
export function parseDirectives(lines: readonly string[]): Directives {
  if (lines.length === 0) return noDirectives;
  const found: Record<string, unknown> = {};
  let others: Map<string, string | null> | null = null;
  for (const member of listOf(lines.join(','))) {
    const mark = member.indexOf('=');
    const name = (mark < 0 ? member : member.slice(0, mark)).trim().toLowerCase();
    // Blanks around the mark are not in the grammar; what is written so is there, but not well formed.
    const exact = mark < 0 || (!/\s/.test(member[mark - 1] ?? '') && !/\s/.test(member[mark + 1] ?? ''));
    const argument = mark < 0 ? null : unquoted(member.slice(mark + 1).trim());
    const flag = flags.get(name);
    const time = timed.get(name);
    if (flag) found[flag] = true;
    else if (time) {
      const value = exact ? seconds(argument) : 'invalid';
      const before = found[time] as Seconds | undefined;
      found[time] = before === undefined ? value : stricter(before, value);
    } else if (name === 'max-stale') found['maxStale'] = argument === null ? 'any' : seconds(argument);
    else if (name === 'no-cache' || name === 'private')
      addNames(found, name === 'private' ? 'private' : 'noCache', argument);
    else if (isToken(name)) (others ??= new Map()).set(name, argument);
  }
  if (others) found['others'] = others;
  return found;
}

/** `no-cache` alone beats `no-cache="field"`: an empty list means everything. */
function addNames(found: Record<string, unknown>, slot: 'private' | 'noCache', argument: string | null): void {
  const before = found[slot] as string[] | undefined;
  const names = argument === null ? [] : listOf(argument).map((name) => name.toLowerCase());
  found[slot] = before === undefined ? names : before.length === 0 || names.length === 0 ? [] : [...before, ...names];
}
