import { hexByte, hexDigit, lower, narrow } from '../../bytes.ts';
import { octal, octalLength } from '../../escapes.ts';

/** Transformations in which AWS WAF differs from the ModSecurity ones that carry the same name. Byte strings in and out. */

const char = String.fromCharCode;
const blank = /[\t\n\v\f\r ]+/g;

/** Only runs become one space; nothing is trimmed. */
export const compressWhiteSpace = (value: string): string => value.replace(/[\t\n\v\f\r \xa0]+/g, ' ');

/** The marks of SQL and C comments; HTML's stay. */
export const removeCommentMarks = (value: string): string => value.replace(/\/\*|\*\/|--|#/g, '');

const tidy = (value: string): string => lowered(value.replace(blank, ' ').replace(/^ | $/g, ''));
const lowered = (value: string): string => value.replace(/[A-Z]/g, (letter) => char(lower(letter.charCodeAt(0))));

/** Keeps `^`, which means nothing to a Unix shell. */
export const cmdLineUnix = (value: string): string => tidy(value.replace(/[\\"']/g, ''));

/** `^` goes, together with a line break after it; several backslashes become one. */
export const cmdLineWindows = (value: string): string =>
  tidy(
    value
      .replace(/["'`]/g, '')
      .replace(/\^(?:\r?\n)?/g, '')
      .replace(/\\+/g, '\\'),
  );

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\xa0',
  excl: '!',
  num: '#',
  dollar: '$',
  percnt: '%',
  apos: "'",
  lpar: '(',
  rpar: ')',
  ast: '*',
  midast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  sol: '/',
  colon: ':',
  semi: ';',
  equals: '=',
  quest: '?',
  lsqb: '[',
  lbrack: '[',
  bsol: '\\',
  rsqb: ']',
  rbrack: ']',
  hat: '^',
  lowbar: '_',
  underbar: '_',
  grave: '`',
  diacriticalgrave: '`',
  lcub: '{',
  lbrace: '{',
  verbar: '|',
  vert: '|',
  verticalline: '|',
  rcub: '}',
  rbrace: '}',
  tilde: '~',
  minus: '-',
  newline: '\n',
  tab: '\t',
};
const bare = new Set(['quot', 'amp', 'lt', 'gt', 'nbsp']);

/** Names in any case; the semicolon may be missing behind numbers and the five oldest names. A number keeps its low byte. */
export function entityDecode(value: string): string {
  if (!value.includes('&')) return value;
  return value.replace(
    /&(?:#[xX]([0-9a-fA-F]+)|#(\d+)|([A-Za-z]+))(;?)/g,
    (whole, hex?: string, decimal?: string, name?: string, end?: string) => {
      if (hex !== undefined || decimal !== undefined) {
        const digits = hex ?? decimal ?? '';
        const base = hex === undefined ? 10 : 16;
        let low = 0;
        for (let at = 0; at < digits.length; at++) low = (low * base + hexDigit(digits, at)) & 0xff;
        return char(low);
      }
      const key = (name as string).toLowerCase();
      if (end === ';') return entities[key] ?? whole;
      return bare.has(key) ? (entities[key] as string) : whole;
    },
  );
}

const wide = (value: string, at: number): number => {
  const high = hexByte(value, at);
  const low = hexByte(value, at + 2);
  return high < 0 || low < 0 ? -1 : narrow(high, low);
};

/** For paths of Windows: letters keep their backslash; numbers and `\\ \/ \' \"` are decoded. */
export function jsDecodeWindows(value: string): string {
  return escapes(value, (at, next) => {
    if (next === 'u') {
      const byte = wide(value, at + 2);
      return byte < 0 ? null : [char(byte), 6];
    }
    if (next === 'x') {
      const byte = hexByte(value, at + 2);
      return byte < 0 ? null : [char(byte), 4];
    }
    const digits = octalDigits(value, at + 1);
    if (digits > 0) return [char(octal(value, at + 1, digits)), 1 + digits];
    return '\\/\'"'.includes(next) ? [next, 2] : null;
  });
}

const letters: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  "'": "'",
  '"': '"',
};

/** ANSI C escapes; what is none stays as it is, backslash and all. */
export function escapeDecode(value: string): string {
  return escapes(value, (at, next) => {
    if (next === 'x') {
      const byte = hexByte(value, at + 2);
      return byte < 0 ? null : [char(byte), 4];
    }
    const digits = octalDigits(value, at + 1);
    if (digits > 0) return [char(octal(value, at + 1, digits)), 1 + digits];
    const letter = letters[next];
    return letter === undefined ? null : [letter, 2];
  });
}

/** Up to three, but never past 0377. */
function octalDigits(value: string, at: number): number {
  const digits = octalLength(value, at);
  return digits === 3 && value.charCodeAt(at) > 0x33 ? 2 : digits;
}

function escapes(
  value: string,
  read: (at: number, next: string) => readonly [text: string, length: number] | null,
): string {
  if (!value.includes('\\')) return value;
  let out = '';
  for (let at = 0; at < value.length;) {
    const next = value[at + 1];
    const found = value[at] === '\\' && next !== undefined ? read(at, next) : null;
    out += found ? found[0] : (value[at] as string);
    at += found ? found[1] : 1;
  }
  return out;
}
