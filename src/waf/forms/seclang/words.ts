import { RuleError, type SourcePlace } from '../../rule-error.ts';

/**
 * Cuts a directive into its words. Quotes of either kind hold a word together; inside them a backslash before the same
 * quote stands for the quote. Two backslashes stay two: patterns mean them so, and the engines that read them
 * otherwise are outnumbered.
 */
export function words(text: string, place: SourcePlace): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (char === ' ' || char === '\t') {
      at++;
      continue;
    }
    if (char !== '"' && char !== "'") {
      const start = at;
      while (at < text.length && text[at] !== ' ' && text[at] !== '\t') at++;
      found.push(text.slice(start, at));
      continue;
    }
    let word = '';
    for (at++; at < text.length && text[at] !== char; at++) {
      if (text[at] === '\\' && at + 1 < text.length) {
        at++;
        if (text[at] !== char) word += '\\';
      }
      word += text[at];
    }
    if (at >= text.length) throw new RuleError(`a ${char} is never closed`, { place });
    at++;
    found.push(word);
  }
  return found;
}
