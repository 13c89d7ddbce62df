/** The request target, split and looked at. The raw text is what is forwarded; the decoded path is what is decided on. */
export interface Target {
  /** As it came, from the first `/` to the `?`. */
  readonly rawPath: string;
  /** As it came, without the `?`; null when there was none. */
  readonly rawQuery: string | null;
  /** Percent-decoded once. Equal paths mean the same resource to us, however they were spelled. */
  readonly path: string;
}

/** Closed list of what makes a target unfit; `admit` turns each into a 400. */
export type TargetFlaw =
  | 'not-origin-form'
  | 'bad-character'
  | 'bad-escape'
  | 'encoded-slash'
  | 'dot-segment'
  | 'empty-segment'
  | 'control-character';

export interface PathRules {
  /** `%2F` and `%5C` in a path: servers disagree on whether they separate. */
  readonly encodedSlash: 'refuse' | 'keep';
  /** `//` in a path: many servers merge them, so a rule on `/a/b` would not see `/a//b`. */
  readonly emptySegment: 'refuse' | 'keep';
  /**
   * Bytes beyond ASCII in a query, quotes, brackets and the like in a path, and percent codes in it that are no UTF-8;
   * `refuse` when left out.
   */
  readonly unencoded?: 'refuse' | 'keep';
}

export const strictPaths: PathRules = { encodedSlash: 'refuse', emptySegment: 'refuse' };

// RFC 3986: pchar and `/` for the path; the same and `?` for the query. Brackets, quotes and pipes are not in it but are
// sent by browsers in queries, so a query only has to be printable.
const pathCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/;
const queryCharacters = /^[\x21\x22\x24-\x7e]*$/; // a `#` begins what never travels
// What clients leave as it is all the same. A backslash is never among it: to some servers it is a slash.
const loosePath = /^[\x21\x22\x24-\x3e\x40-\x5b\x5d-\x7e]*$/;
const looseQuery = /^[\x21\x22\x24-\x7e\x80-\xff]*$/;
const plainCharacters = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/;

/** Nothing to decode and nothing to doubt: what nearly every request sends. */
const isPlain = (path: string): boolean => plainCharacters.test(path) && !path.includes('//') && !path.includes('/.');

/** Codes that are no UTF-8 stay as they came. */
function decodedWhereItCan(codes: string): string {
  try {
    return decodeURIComponent(codes);
  } catch {
    return codes;
  }
}

/** Splits and decodes a target in origin form, or says what is wrong with it. */
export function parseTarget(target: string, rules: PathRules = strictPaths): Target | TargetFlaw {
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? null : target.slice(mark + 1);
  const loose = rules.unencoded === 'keep';
  if (rawQuery !== null && !(loose ? looseQuery : queryCharacters).test(rawQuery)) return 'bad-character';
  if (isPlain(rawPath)) return { rawPath, rawQuery, path: rawPath };
  if (rawPath[0] !== '/') return 'not-origin-form';
  if (!(loose ? loosePath : pathCharacters).test(rawPath)) return 'bad-character';
  if (/%(?![0-9a-fA-F]{2})/.test(rawPath)) return 'bad-escape';
  if (rules.encodedSlash === 'refuse' && /%(?:2f|5c)/i.test(rawPath)) return 'encoded-slash';
  if (/%(?:[01][0-9a-f]|7f)/i.test(rawPath)) return 'control-character';
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    if (!loose) return 'bad-escape'; // not UTF-8
    path = rawPath.replaceAll(/(?:%[89a-f][0-9a-f])+|%[0-7][0-9a-f]/gi, decodedWhereItCan);
  }
  const segments = path.split('/');
  // Some servers cut parameters off before they look at dots, so `..;x` is `..` to them.
  if (segments.some((segment) => /^\.\.?(?:;|$)/.test(segment))) return 'dot-segment';
  if (rules.emptySegment === 'refuse' && segments.slice(1, -1).includes('')) return 'empty-segment';
  return { rawPath, rawQuery, path };
}
