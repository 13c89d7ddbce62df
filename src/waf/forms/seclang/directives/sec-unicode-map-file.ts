import { RuleError } from '../../../rule-error.ts';
import { beside } from '../../../rule-path.ts';
import { defineDirective } from '../directive.ts';

/**
 * The lines of one code page: a line that begins with its number, then pairs of code point and byte in hex until the
 * next number that stands alone before a parenthesis.
 */
export function readUnicodeMap(text: string, codePage: string): Uint8Array | null {
  const map = new Uint8Array(65_536);
  let inside = false;
  let found = false;
  for (const line of text.split(/\r?\n/)) {
    const page = /^\s*(\d+)\s*(?:\(|$)/.exec(line)?.[1];
    if (page !== undefined) inside = page === codePage;
    else if (inside) {
      for (const [, point = '', byte = ''] of line.matchAll(/\b([0-9a-fA-F]{4}):([0-9a-fA-F]{2})\b/g)) {
        map[Number.parseInt(point, 16)] = Number.parseInt(byte, 16);
        found = true;
      }
    }
  }
  return found ? map : null;
}

export default defineDirective({
  name: 'SecUnicodeMapFile',
  says: 'What `t:urlDecodeUni` makes of %uHHHH: a file of code pages and the number of one.',
  words: [2, 2],
  examples: [{ text: 'SecUnicodeMapFile nowhere.mapping 20127', refused: true }],
  read([path = '', codePage = ''], draft, place) {
    const text = draft.files?.read(beside(place.file, path)) ?? null;
    if (text === null) throw new RuleError(`\`${path}\` cannot be read`, { place });
    const unicodeMap = readUnicodeMap(text, codePage);
    if (unicodeMap === null) throw new RuleError(`\`${path}\` has no code page ${codePage}`, { place });
    draft.set({ unicodeMap });
  },
});
