import { latin1, utf8 } from '../../../base/bytes.ts';

/** One element of a JSON body: a key or a scalar, with the pointer of the node it belongs to. */
export interface JsonElement {
  readonly what: 'key' | 'value';
  /** RFC 6901, unescaped, as segments; for a key, of the member that it names. */
  readonly path: readonly string[];
  /** Byte string: decoded text, or a number's or word's own spelling. */
  readonly text: string;
}

export interface JsonReading {
  readonly elements: readonly JsonElement[];
  /** False where reading stopped: a character that fits nothing, a double key, an end too early, a root that is no container. */
  readonly whole: boolean;
}

/** Deeper than any real body; below this reading stops instead of the stack. */
const deepest = 250;

class Stopped extends Error {}

/**
 * Reads JSON as leniently as AWS WAF does: a missing comma, a missing colon and repeated colons are passed over. What was
 * read before a stop is kept.
 */
export function readJson(source: string): JsonReading {
  const reader = new Reader(source);
  try {
    reader.root();
    return { elements: reader.elements, whole: true };
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
    return { elements: reader.elements, whole: false };
  }
}

/** Is `path` the pointed node itself or below it? A key names a member, so the pointed member's own key is not below. */
export function within(element: JsonElement, pointer: readonly string[]): boolean {
  if (element.path.length < pointer.length || (element.what === 'key' && element.path.length === pointer.length))
    return false;
  return pointer.every((segment, at) => element.path[at] === segment);
}

/** `/a/b` to its segments; `/` alone means the whole body. */
export const pointerOf = (pointer: string): readonly string[] =>
  pointer === '/' || pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((segment) => latin1(utf8(segment.replaceAll('~1', '/').replaceAll('~0', '~'))));

class Reader {
  readonly elements: JsonElement[] = [];
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  root(): void {
    this.#blanks();
    const first = this.#source[this.#at];
    if (first !== '{' && first !== '[') throw new Stopped();
    this.#value([]);
    this.#blanks();
    if (this.#at < this.#source.length) throw new Stopped();
  }

  #blanks(): void {
    while (/[\t\n\r ]/.test(this.#source[this.#at] ?? '')) this.#at++;
  }

  #value(path: readonly string[]): void {
    if (path.length > deepest) throw new Stopped();
    this.#blanks();
    const first = this.#source[this.#at];
    if (first === '{') this.#members(path);
    else if (first === '[') this.#items(path);
    else if (first === '"') this.elements.push({ what: 'value', path, text: this.#string() });
    else {
      const word = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/.exec(
        this.#source.slice(this.#at, this.#at + 64),
      )?.[0];
      if (word === undefined) throw new Stopped();
      this.#at += word.length;
      this.elements.push({ what: 'value', path, text: word });
    }
  }

  #members(path: readonly string[]): void {
    const seen = new Set<string>();
    this.#at++;
    for (;;) {
      this.#blanks();
      const next = this.#source[this.#at];
      if (next === '}') return void this.#at++;
      if (next === ',' && seen.size > 0) {
        this.#at++;
        continue;
      }
      if (next !== '"') throw new Stopped();
      const key = this.#string();
      if (seen.has(key)) throw new Stopped();
      seen.add(key);
      const below = [...path, key];
      this.elements.push({ what: 'key', path: below, text: key });
      this.#blanks();
      while (this.#source[this.#at] === ':') {
        this.#at++;
        this.#blanks();
      }
      this.#value(below);
    }
  }

  #items(path: readonly string[]): void {
    this.#at++;
    for (let index = 0; ;) {
      this.#blanks();
      const next = this.#source[this.#at];
      if (next === ']') return void this.#at++;
      if (next === ',' && index > 0) {
        this.#at++;
        continue;
      }
      this.#value([...path, String(index++)]);
    }
  }

  #string(): string {
    let end = this.#at + 1;
    while (end < this.#source.length && this.#source[end] !== '"') end += this.#source[end] === '\\' ? 2 : 1;
    if (end >= this.#source.length) throw new Stopped();
    const raw = this.#source.slice(this.#at + 1, end);
    this.#at = end + 1;
    if (/[\0-\x1f]/.test(raw)) throw new Stopped();
    if (!raw.includes('\\')) return raw;
    return unescaped(raw);
  }
}

const letters: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

function unescaped(raw: string): string {
  return raw.replace(
    /\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.)|$)/gs,
    (_, first?: string, second?: string, letter?: string) => {
      if (first === undefined) {
        const plain = letters[letter ?? ''];
        if (plain === undefined) throw new Stopped();
        return plain;
      }
      const units = [first, ...(second === undefined ? [] : [second])].map((digits) => Number.parseInt(digits, 16));
      return latin1(utf8(String.fromCharCode(...units)));
    },
  );
}
