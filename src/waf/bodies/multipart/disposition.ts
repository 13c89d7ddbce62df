/** What a part's Content-Disposition says. */
export interface Disposition {
  readonly name: string | null;
  readonly fileName: string | null;
  readonly error: string | null;
  /** Single quotes around a value or in an unquoted one, or rubbish behind a closing quote. */
  readonly invalidQuoting: boolean;
}

const blank = /[\t ]*/y;

/**
 * ModSecurity v2's reading: `form-data`, then `name` and `filename`, each at most once, nothing else but `filename*` (RFC
 * 5987), which counts as the file name when there is no plain one. What was understood before a fault is kept. Browsers do
 * not escape backslashes, so one that stands before neither the quote nor a backslash is itself.
 */
export function readDisposition(value: string): Disposition {
  let name: string | null = null;
  let fileName: string | null = null;
  let extended: string | null = null;
  let invalidQuoting = false;
  const done = (error: string | null): Disposition => ({ name, fileName: fileName ?? extended, error, invalidQuoting });

  if (!value.startsWith('form-data')) return done('it is not form-data');
  let at = skip(value, 9);
  while (at < value.length) {
    if (value[at] !== ';') {
      const last = value[at - 1];
      if (last === '"' || last === "'") invalidQuoting = true;
      return done('a semicolon is missing');
    }
    if (at + 1 === value.length) break;
    at = skip(value, at + 1);
    const start = at;
    while (at < value.length && !'=\t '.includes(value[at]!)) at += 1;
    const parameter = value.slice(start, at);
    at = skip(value, at);
    if (parameter === '' || value[at] !== '=') return done('a parameter has no value');
    at = skip(value, at + 1);
    if (at === value.length) return done('a parameter has no value');
    const text = readValue(value, at);
    if (text === null) return done('a value is not closed');
    const plain = text.quote === '' && parameter !== 'filename*';
    if (text.quote === "'" || (plain && text.value.includes("'"))) invalidQuoting = true;
    at = skip(value, text.end);
    if (parameter === 'name') {
      if (name !== null) return done('there are two names');
      name = text.value;
    } else if (parameter === 'filename') {
      if (fileName !== null) return done('there are two file names');
      fileName = text.value;
    } else if (parameter === 'filename*') {
      if (extended !== null) return done('there are two extended file names');
      extended = readExtended(text.value);
      if (extended === null) return done('the extended file name is malformed');
    } else return done('there is an unknown parameter');
  }
  return done(null);
}

interface Value {
  readonly value: string;
  readonly end: number;
  readonly quote: '"' | "'" | '';
}

/** A quoted or plain value at `at`; null when its quote is not closed. */
function readValue(text: string, at: number): Value | null {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") {
    let end = at;
    while (end < text.length && isToken(text.charCodeAt(end))) end += 1;
    return { value: text.slice(at, end), end, quote: '' };
  }
  const pieces: string[] = [];
  let from = at + 1;
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === quote) return { value: pieces.join('') + text.slice(from, i), end: i + 1, quote };
    if (text[i] !== '\\') continue;
    if (i + 1 >= text.length) return null;
    if (text[i + 1] === quote || text[i + 1] === '\\') {
      pieces.push(text.slice(from, i));
      from = i + 1;
      i += 1;
    }
  }
  return null;
}

/** RFC 5987's `charset'language'percent-encoded`, decoded to bytes; null when it is not that. */
function readExtended(value: string): string | null {
  const parts = /^(?:utf-8|iso-8859-1)'[A-Za-z0-9-]*'((?:[!#$&+\-.^_`|~0-9A-Za-z]|%[0-9A-Fa-f]{2})*)$/i.exec(value);
  return parts === null
    ? null
    : parts[1]!.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function skip(value: string, at: number): number {
  blank.lastIndex = at;
  blank.test(value);
  return blank.lastIndex;
}

/** RFC 2616's token without its separators, as v2 has it: braces are taken. */
function isToken(code: number): boolean {
  return code > 32 && code < 127 && !'()<>@,;:\\"/[]?='.includes(String.fromCharCode(code));
}
