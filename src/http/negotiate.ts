import { listOf } from './headers.ts';

/** Weighted lists: Accept, Accept-Encoding, Accept-Language (RFC 9110 section 12.4.2). */
export interface Preference {
  /** In lower case, parameters other than the weight kept. */
  readonly value: string;
  /** 0 to 1; what cannot be read counts as 1, and 0 means "not this". */
  readonly weight: number;
}

/** As written, in order. */
export function parsePreferences(field: string): Preference[] {
  return listOf(field).map((member) => {
    const [value = '', ...rest] = member.split(';').map((part) => part.trim().toLowerCase());
    const weight = rest.find((part) => /^q\s*=/.test(part));
    const given = weight === undefined ? 1 : Number(weight.slice(weight.indexOf('=') + 1).trim());
    const others = rest.filter((part) => part !== weight);
    return { value: [value, ...others].join(';'), weight: given >= 0 && given <= 1 ? given : 1 };
  });
}

/** One spelling for every list that means the same: sorted by weight, then by name, weights of 1 left out. */
export function canonicalPreferences(field: string): string {
  return parsePreferences(field)
    .sort((a, b) => b.weight - a.weight || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
    .map(({ value, weight }) => (weight === 1 ? value : `${value};q=${weight}`))
    .join(',');
}

/** How much a content coding is wanted; 0 when it is refused or not named, `*` counting for the unnamed. */
export function codingWeight(preferences: readonly Preference[], coding: string): number {
  const named = preferences.find((each) => each.value === coding);
  if (named) return named.weight;
  return preferences.find((each) => each.value === '*')?.weight ?? 0;
}
