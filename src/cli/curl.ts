/** A `curl` command line, or a file with a raw HTTP request, read into what would be sent. */
export interface TriedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

/** Splits as a shell would: quotes, backslashes, line continuations. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quote === "'") {
      if (char === "'") quote = null;
      else word += char;
    } else if (char === '\\') {
      const next = text[++at] ?? '';
      if (next !== '\n') word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next);
    } else if (quote === '"') {
      if (char === '"') quote = null;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (quote) throw new Error(`the quote ${quote} is not closed`);
  if (word !== null) words.push(word);
  return words;
}

/** Options of curl that mean nothing for what is sent. */
const silent = new Set([
  '-s',
  '-S',
  '-i',
  '-v',
  '-k',
  '-L',
  '--silent',
  '--include',
  '--verbose',
  '--insecure',
  '--location',
  '--compressed',
  '-g',
  '--globoff',
  '-N',
  '--no-buffer',
  '--path-as-is',
  '-f',
  '--fail',
]);
const silentWithValue = new Set([
  '-o',
  '--output',
  '-w',
  '--write-out',
  '-m',
  '--max-time',
  '--connect-timeout',
  '--cacert',
]);

/** Short options that take a value, which may stand right behind the letter. */
const shortWithValue = 'XHAebudowm';

/** `-sSi` is three options, and `-XPOST` or `-sXPOST` an option with its value; null when the word is one thing already. */
function apart(word: string): readonly string[] | null {
  if (!/^-[^-]./.test(word)) return null;
  const option = word.slice(0, 2);
  if (shortWithValue.includes(option.charAt(1))) return [option, word.slice(2)];
  return silent.has(option) || option === '-G' || option === '-I' ? [option, `-${word.slice(2)}`] : null;
}

export function parseCurl(command: string): TriedRequest {
  const words = shellWords(command);
  if (words[0] === 'curl') words.shift();
  let method: string | null = null;
  let url: string | null = null;
  let asQuery = false;
  let head = false;
  const headers: [string, string][] = [];
  const data: string[] = [];
  const value = (flag: string): string => {
    const next = words.shift();
    if (next === undefined) throw new Error(`curl's ${flag} wants a value`);
    return next;
  };
  const field = (text: string): void => {
    const mark = text.indexOf(':');
    if (mark < 0) throw new Error(`no header field: ${text}`);
    headers.push([text.slice(0, mark).trim(), text.slice(mark + 1).trim()]);
  };
  const text = (flag: string): string => {
    const given = value(flag);
    if (given.startsWith('@'))
      throw new Error(`curl would read ${flag} ${given} from a file; write the request into a file and use --file`);
    return given;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const parts = apart(word);
    if (parts) {
      words.unshift(...parts);
      continue;
    }
    if (word === '-X' || word === '--request') method = value(word);
    else if (word === '-H' || word === '--header') field(value(word));
    else if (word === '-A' || word === '--user-agent') headers.push(['User-Agent', value(word)]);
    else if (word === '-e' || word === '--referer') headers.push(['Referer', value(word)]);
    else if (word === '-b' || word === '--cookie') headers.push(['Cookie', value(word)]);
    else if (word === '-u' || word === '--user') headers.push(['Authorization', `Basic ${btoa(value(word))}`]);
    else if (word === '--data-raw') data.push(value(word));
    else if (['-d', '--data', '--data-ascii', '--data-binary'].includes(word)) data.push(text(word));
    else if (word === '--data-urlencode') {
      const given = text(word);
      const mark = given.indexOf('=');
      // `=value` is a value without a name, and its sign is no part of it.
      data.push(
        mark < 0
          ? encodeURIComponent(given)
          : `${mark === 0 ? '' : `${given.slice(0, mark)}=`}${encodeURIComponent(given.slice(mark + 1))}`,
      );
    } else if (word === '--json') {
      data.push(text(word));
      headers.push(['Content-Type', 'application/json'], ['Accept', 'application/json']);
    } else if (word === '-G' || word === '--get') asQuery = true;
    else if (word === '-I' || word === '--head') head = true;
    else if (word === '--url') url = value(word);
    else if (silentWithValue.has(word)) value(word);
    else if (silent.has(word)) continue;
    else if (word.startsWith('-'))
      throw new Error(`curl's option ${word} is not understood here; write the request into a file and use --file`);
    else if (url === null) url = word;
    else throw new Error(`two URLs: ${url} and ${word}`);
  }
  if (url === null) throw new Error('the curl line names no URL');
  const parts = /^(?:(https?):\/\/([^/?#]+))?([^#]*)/.exec(/^(?:https?:\/\/|\/)/.test(url) ? url : `http://${url}`);
  let target = parts?.[3] || '/';
  if (!target.startsWith('/')) target = `/${target}`;
  let body: string | null = data.length > 0 ? data.join('&') : null;
  if (asQuery && body !== null) {
    target += `${target.includes('?') ? '&' : '?'}${body}`;
    body = null;
  }
  const has = (name: string): boolean => headers.some(([own]) => own.toLowerCase() === name);
  if (!has('host')) headers.unshift(['Host', parts?.[2] ?? 'localhost']);
  if (!has('user-agent')) headers.push(['User-Agent', 'curl/8.5.0']);
  if (!has('accept')) headers.push(['Accept', '*/*']);
  if (body !== null && !has('content-type')) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  if (body !== null && !has('content-length'))
    headers.push(['Content-Length', String(new TextEncoder().encode(body).length)]);
  return { method: method ?? (head ? 'HEAD' : body === null ? 'GET' : 'POST'), target, headers, body };
}

/** A file as one would write it by hand: request line, header lines, an empty line, the body. */
export function parseRequestFile(text: string): TriedRequest {
  const cut = /\r?\n\r?\n/.exec(text);
  const head = cut ? text.slice(0, cut.index) : text.trimEnd();
  const body = cut ? text.slice(cut.index + cut[0].length) : '';
  const [line = '', ...fields] = head.split(/\r?\n/);
  const parts = /^(\S+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(line);
  if (!parts) throw new Error(`the first line is no request line: ${line}`);
  const headers = fields.filter(Boolean).map((field): [string, string] => {
    const mark = field.indexOf(':');
    if (mark < 1) throw new Error(`no header field: ${field}`);
    return [field.slice(0, mark), field.slice(mark + 1).trim()];
  });
  const has = (name: string): boolean => headers.some(([own]) => own.toLowerCase() === name);
  if (!has('host')) headers.unshift(['Host', 'localhost']);
  if (body !== '' && !has('content-length') && !has('transfer-encoding'))
    headers.push(['Content-Length', String(new TextEncoder().encode(body).length)]);
  return { method: parts[1] as string, target: parts[2] as string, headers, body: body === '' ? null : body };
}
