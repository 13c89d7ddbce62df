import { listOf, type HeaderList } from '../http/headers.ts';
import { canonicalPreferences, parsePreferences } from '../http/negotiate.ts';

/** A selecting field and its value in normal form; null when the request did not have it. */
export type Selecting = readonly (readonly [name: string, value: string | null])[];

const weighted = new Set(['accept', 'accept-charset', 'accept-encoding', 'accept-language']);

/**
 * The value of a selecting field so that requests that mean the same look the same (RFC 9111 section 4.1): lines joined,
 * blanks around commas gone, weighted lists sorted. Order is kept where nothing says that it does not matter.
 */
export function selectingValue(headers: HeaderList, name: string): string | null {
  const joined = headers.joined(name);
  if (joined === undefined) return null;
  return weighted.has(name)
    ? canonicalPreferences(joined)
    : joined
        .split(',')
        .map((part) => part.trim())
        .join(',');
}

/** Names in the `Vary` lines, in lower case; null for `*`, which no later request matches. */
export function varyNames(headers: HeaderList): readonly string[] | null {
  const names = new Set<string>();
  for (const line of headers.all('vary')) {
    for (const name of listOf(line)) {
      if (name === '*') return null;
      names.add(name.toLowerCase());
    }
  }
  return [...names].sort();
}

export const selectedBy = (names: readonly string[], request: HeaderList): Selecting =>
  names.map((name) => [name, selectingValue(request, name)] as const);

/**
 * Would this request have been given the stored response? A request that wants one language above all others is given
 * the stored one when the response says that it is in that language, whatever else the two requests listed.
 */
export function isSelected(stored: Selecting, language: string | undefined, request: HeaderList): boolean {
  for (const [name, value] of stored) {
    if (selectingValue(request, name) === value) continue;
    if (name !== 'accept-language' || !wantsAboveAll(request, language)) return false;
  }
  return true;
}

function wantsAboveAll(request: HeaderList, language: string | undefined): boolean {
  if (language === undefined || language.includes(',')) return false;
  const list = parsePreferences(request.joined('accept-language') ?? '').sort((a, b) => b.weight - a.weight);
  const [first, second] = list;
  if (!first || first.weight === 0 || first.value !== language.trim().toLowerCase()) return false;
  return second === undefined || second.weight < first.weight;
}
