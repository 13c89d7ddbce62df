import type { Pair } from './bodies/body-view.ts';
import { decodeUrl } from './transforms/url-decode.ts';

/**
 * The arguments of a query or a form as a byte string. A name without `=` has the value ''; an empty piece between two
 * separators is an argument without a name, as the engines that rules were written for have it; one at the end is not.
 * After `most` arguments the rest is one more without a name: all of it is read, and the cost stays bounded.
 */
export function queryArguments(text: string, separator: string, most: number): readonly Pair[] {
  if (text === '') return [];
  const pieces = text.split(separator, most + 1);
  if (pieces.length > most) {
    let end = -1;
    for (let count = 0; count < most; count++) end = text.indexOf(separator, end + 1);
    const rest = text.slice(end + 1);
    pieces.length = most;
    if (rest !== '') pieces.push(`=${rest}`);
  } else if (pieces.at(-1) === '') pieces.pop();
  return pieces.map((piece) => {
    const equals = piece.indexOf('=');
    return equals < 0
      ? { name: decodeUrl(piece), value: '' }
      : { name: decodeUrl(piece.slice(0, equals)), value: decodeUrl(piece.slice(equals + 1)) };
  });
}
