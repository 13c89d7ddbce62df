import type { Cursor } from './cursor.ts';

/** Inline flags: case, dot, lines, free spacing, no numbered groups. */
export interface Flags {
  i: boolean;
  s: boolean;
  m: boolean;
  x: boolean;
  n: boolean;
}

/** How a pattern starts: dot matches newline, because that is how the rules are compiled everywhere. */
export const startFlags: Readonly<Flags> = { i: false, s: true, m: false, x: false, n: false };

/** `(?i-s` up to, but without, what ends it. */
export function parseFlags(cursor: Cursor, flags: Readonly<Flags>, at: number): Flags {
  const result = { ...flags };
  if (cursor.take('^')) Object.assign(result, { i: false, s: false, m: false, x: false, n: false });
  let on = true;
  for (; !cursor.done && cursor.peek() !== ')' && cursor.peek() !== ':';) {
    const char = cursor.next();
    if (char === '-') on = false;
    else if (char === 'i' || char === 's' || char === 'm' || char === 'x' || char === 'n') result[char] = on;
    else cursor.fail(`(?${char} is not supported`, at);
  }
  return result;
}

/** A name in `<>`, `''` or `{}`; the cursor stands on the bracket. */
export function groupName(cursor: Cursor, at: number): string {
  const open = cursor.next();
  const close = open === '<' ? '>' : open === '{' ? '}' : open === "'" ? "'" : '';
  if (close === '') cursor.fail('a name in brackets is expected', at);
  const name = cursor.until(close, 'this name is never closed');
  if (!/^[A-Za-z_]\w*$/.test(name)) cursor.fail(`${JSON.stringify(name)} cannot be a group's name`, at);
  return name;
}

/** How many groups the whole source will have captured: only that tells `\12` the reference from `\12` the byte. */
export function countGroups(source: string): number {
  let count = 0;
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') {
      inClass = true;
      if (source[i + 1] === '^') i++;
      if (source[i + 1] === ']') i++;
    } else if (char === '(' && (source[i + 1] !== '?' || /^\((?:\?P?<[A-Za-z_]|\?')/.test(source.slice(i, i + 5))))
      count++;
  }
  return count;
}
