import { vi } from 'vitest';

/**
 * How much of `value` `run` looked at: char codes read, plus the distance of every search and the length of every copy. A
 * measure of work that is the same on every machine, so that growth can be asserted without a clock.
 */
export function work(value: string, run: (value: string) => unknown): number {
  let sum = 0;
  const charCodeAt: (at: number) => number = Reflect.get(String.prototype, 'charCodeAt');
  const indexOf: (text: string, from?: number) => number = Reflect.get(String.prototype, 'indexOf');
  const slice: (from?: number, to?: number) => string = Reflect.get(String.prototype, 'slice');
  const spies = [
    vi.spyOn(String.prototype, 'charCodeAt').mockImplementation(function read(this: string, at: number) {
      sum++;
      return charCodeAt.call(this, at);
    }),
    vi.spyOn(String.prototype, 'indexOf').mockImplementation(function search(
      this: string,
      text: string,
      from?: number,
    ) {
      const found = indexOf.call(this, text, from);
      sum += (found < 0 ? this.length : found) - (from ?? 0);
      return found;
    }),
    vi.spyOn(String.prototype, 'slice').mockImplementation(function copy(this: string, from?: number, to?: number) {
      const part = slice.call(this, from, to);
      sum += part.length;
      return part;
    }),
  ];
  try {
    run(value);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return sum;
}

/** Units that, repeated, are the worst that the readers of SQL and HTML could meet. */
export const HOSTILE: readonly string[] = '\'"`()[]{}<>#;\\ \n+=,@&$a0*/-!~:?%'
  .split('')
  .concat([
    '/*',
    '*/',
    '/*!',
    '--',
    '-- \n',
    '/*/',
    '/**/',
    '*/*',
    "'a",
    "''",
    "='",
    "x' and ",
    "' or ",
    "q'",
    "'+",
    "'||",
    "' like ",
    '1 ',
    '1 or ',
    '1,',
    'or 1 ',
    'f(',
    'f(1),',
    'sleep(',
    'a.',
    '$a$',
    '$a$b',
    ';show a',
    'select ',
    '(select ',
    '(select a,',
    'union ',
    'case when ',
    '<a ',
    '<a b=',
    '<a b=" ',
    '</a ',
    '<!--',
    '--!',
    '<?',
    '<!',
    '<!-',
    '&#',
    '&#x',
    '&tab;',
    ' style="/*"',
    '<x style="',
    '<a style=/* ',
    '<b style="\\',
    'onclick ',
    ' onclick=',
    'a=`',
    '<a href=j',
    '<svg:',
    '<!--`',
    '\xa0',
    '\xc2\xa0',
    '\0',
    '<\0',
  ]);
