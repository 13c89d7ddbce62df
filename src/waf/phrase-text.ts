import { hexDigit } from './bytes.ts';
import { trimLeft, trimRight } from './transforms/trim.ts';

/**
 * What `@pm` and `@strmatch` make of their argument (ModSecurity v2's Snort-like content): `|48 49|` are bytes in
 * hexadecimal, `\:` `\;` `\\` `\"` the characters themselves, one pair of quotes around everything is dropped. A text with
 * any other escape is taken literally as a whole.
 */
export function phraseText(argument: string): string {
  let text = trimLeft(argument);
  if (text.length > 1 && text.startsWith('"') && text.endsWith('"')) text = text.slice(1, -1);
  if (!/[|\\]/.test(text)) return text;
  let out = '';
  let high = -1;
  let binary = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === '|') {
      binary = !binary;
    } else if (binary) {
      const digit = hexDigit(text, i);
      if (digit < 0) continue;
      if (high >= 0) out += String.fromCharCode(high * 16 + digit);
      high = high < 0 ? digit : -1;
    } else if (char === '\\') {
      const next = text.charAt(i + 1);
      if (next === '' || !':;\\"'.includes(next)) return text;
      out += next;
      i += 1;
    } else {
      out += char;
    }
  }
  return out;
}

/** The lines of a phrase or address file: blanks around them dropped, empty lines and `#` comments left out. */
export function fileLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => trimRight(trimLeft(line)))
    .filter((line) => line !== '' && !line.startsWith('#'));
}
