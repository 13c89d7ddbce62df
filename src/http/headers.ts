/**
 * Header fields as they arrived: order, case and doubles kept; looked up without regard to case. Immutable: every
 * change gives a new list. Held as one flat array (name, value, name, value), which is how Node hands them over and
 * takes them back, so a list that nobody changes costs nothing.
 */
export class HeaderList implements Iterable<readonly [name: string, value: string]> {
  static readonly empty = new HeaderList([]);

  /** Name, value, name, value; never written to. */
  readonly flat: readonly string[];
  #names: string[] | undefined;

  private constructor(flat: readonly string[]) {
    this.flat = flat;
  }

  /** The array is taken as it is and must not be changed afterwards. */
  static fromFlat(flat: readonly string[]): HeaderList {
    return flat.length === 0 ? HeaderList.empty : new HeaderList(flat);
  }

  static of(pairs: Iterable<readonly [string, string]> | Readonly<Record<string, string>>): HeaderList {
    const flat: string[] = [];
    const list = Symbol.iterator in pairs ? pairs : Object.entries(pairs);
    for (const [name, value] of list) flat.push(name, value);
    return HeaderList.fromFlat(flat);
  }

  /** Number of field lines. */
  get size(): number {
    return this.flat.length / 2;
  }

  /** Field names in lower case, one per line. */
  get names(): readonly string[] {
    if (this.#names) return this.#names;
    const names: string[] = [];
    for (let at = 0; at < this.flat.length; at += 2) names.push((this.flat[at] as string).toLowerCase());
    return (this.#names = names);
  }

  /** The first line's value. `name` is in lower case, here and below. */
  get(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.flat[at * 2 + 1];
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** Every line's value, in order. */
  all(name: string): readonly string[] {
    const values: string[] = [];
    const names = this.names;
    for (let at = names.indexOf(name); at >= 0; at = names.indexOf(name, at + 1))
      values.push(this.flat[at * 2 + 1] as string);
    return values;
  }

  /** The lines joined with a comma, as RFC 9110 section 5.3 allows for list fields. */
  joined(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 0 ? undefined : values.join(', ');
  }

  /** One line with this name at the end; lines of the same name before it are gone. */
  with(name: string, value: string): HeaderList {
    const kept = this.has(name.toLowerCase()) ? [...this.without(name.toLowerCase()).flat] : [...this.flat];
    kept.push(name, value);
    return HeaderList.fromFlat(kept);
  }

  /** One more line at the end. */
  append(name: string, value: string): HeaderList {
    return HeaderList.fromFlat([...this.flat, name, value]);
  }

  without(...names: readonly string[]): HeaderList {
    const own = this.names;
    if (!names.some((name) => own.includes(name))) return this;
    const flat: string[] = [];
    for (let at = 0; at < own.length; at++) {
      if (!names.includes(own[at] as string)) flat.push(this.flat[at * 2] as string, this.flat[at * 2 + 1] as string);
    }
    return HeaderList.fromFlat(flat);
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (let at = 0; at < this.flat.length; at += 2) yield [this.flat[at] as string, this.flat[at + 1] as string];
  }
}

/** RFC 9110 section 5.6.2: a token. */
export const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);

/** RFC 9110 section 5.5: visible characters, blanks and obs-text; no control characters, so no line can be smuggled in. */
export const isFieldValue = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text);

/** A comma-separated list field to its members, quoted strings respected, empty members dropped. */
export function listOf(value: string): string[] {
  const members: string[] = [];
  let member = '';
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value[at] as string;
    if (quoted && char === '\\') member += char + (value[++at] ?? '');
    else if (char === '"') {
      quoted = !quoted;
      member += char;
    } else if (char === ',' && !quoted) {
      if (member.trim()) members.push(member.trim());
      member = '';
    } else member += char;
  }
  if (member.trim()) members.push(member.trim());
  return members;
}
