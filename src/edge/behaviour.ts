import { wildcard } from '../base/match.ts';
import type { Exchange } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';
import type { Stage } from '../flow/stage.ts';

/** Which behaviour a request falls under: its number in the document's list. -1 for none. */
export const behaviourFact = defineSlot<number>('behaviour');

export const behaviourOf = (exchange: Exchange): number => exchange.facts.get(behaviourFact) ?? -1;

/** A test for one path pattern, on the raw path as it came: nothing is decoded, so no spelling slips past. */
export function pathPattern(pattern: string): (rawPath: string) => boolean {
  const bare = pattern.startsWith('/') ? pattern.slice(1) : pattern;
  const glob = wildcard(bare);
  return (rawPath) => glob.test(rawPath.startsWith('/') ? rawPath.slice(1) : rawPath);
}

/** Number of the first pattern that matches; -1 for none. */
export function firstMatch(patterns: readonly ((rawPath: string) => boolean)[], rawPath: string): number {
  for (let at = 0; at < patterns.length; at++) if ((patterns[at] as (path: string) => boolean)(rawPath)) return at;
  return -1;
}

export const pathOf = (target: string): string => {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
};

/** Chooses the behaviour by the path that the viewer asked for, once; nothing that comes later changes it. */
export function behave(paths: readonly string[]): Stage {
  const patterns = paths.map(pathPattern);
  return {
    name: 'behaviour',
    handle(exchange, next) {
      const at = firstMatch(patterns, pathOf(exchange.request.target));
      exchange.facts.set(behaviourFact, at);
      return next(exchange);
    },
  };
}
