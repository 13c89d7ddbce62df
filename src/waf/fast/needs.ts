import { bytesOf, groupBits, groupsOf, profiles } from '../automaton/byte-groups.ts';
import { longestText } from '../automaton/build.ts';
import { width } from '../regex/ast.ts';
import type { Matcher } from '../operator.ts';
import { ByteSet } from '../regex/byte-set.ts';
import { parsePattern } from '../regex/parse.ts';
import type { PatternMatcher } from '../regex/pattern-matcher.ts';
import { requirementOf } from '../regex/requirement.ts';

/** What a value of one profile must have for a matcher to hit it. */
export interface ProfileNeeds {
  /** One of these texts, in lower case; null when no text is needed. */
  readonly texts: readonly string[] | null;
  /** Of each of these sets of byte groups at least one group. At most three. */
  readonly groups: readonly number[];
}

const mostGroups = 3;

/** For each profile what is needed; null where no value of the profile can be a hit. */
export function needsOf(matcher: Matcher): readonly (ProfileNeeds | null)[] {
  if ('pattern' in matcher) return ofPattern((matcher as PatternMatcher).pattern.source);
  const { texts, chars } = matcher.needs ?? {};
  return profiles.map((profile) => {
    const groups: number[] = [];
    if (chars !== undefined) {
      const set = ByteSet.chars(chars).and(bytesOf(profile));
      if (set.empty) return null;
      const bits = groupsOf(set);
      if (bits !== null) groups.push(bits);
    }
    if (texts === undefined || texts.includes('')) return { texts: null, groups };
    const possible = texts.map((text) => lower(text).slice(0, longestText)).filter((text) => fits(text, profile));
    return possible.length === 0 ? null : { texts: [...new Set(possible)], groups };
  });
}

/** Fewest bytes of a value that the matcher can hit. */
export function shortestOf(matcher: Matcher): number {
  if ('pattern' in matcher) return width(parsePattern((matcher as PatternMatcher).pattern.source).root).min;
  const { texts, chars } = matcher.needs ?? {};
  return Math.max(texts === undefined ? 0 : Math.min(...texts.map((text) => text.length)), chars === undefined ? 0 : 1);
}

function ofPattern(source: string): readonly (ProfileNeeds | null)[] {
  const { root } = parsePattern(source);
  return profiles.map((profile) => {
    const requirement = requirementOf(root, bytesOf(profile));
    if (requirement === null) return null;
    const groups = requirement.bytes.map(groupsOf).filter((bits) => bits !== null);
    return { texts: requirement.literals, groups: [...new Set(groups)].slice(0, mostGroups) };
  });
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function fits(text: string, profile: number): boolean {
  for (let i = 0; i < text.length; i++) if ((groupBits[text.charCodeAt(i) & 255]! & ~profile) !== 0) return false;
  return true;
}
