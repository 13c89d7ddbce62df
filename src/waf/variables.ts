export interface Entry {
  /** As it was first written; looked up without regard to case. */
  readonly name: string;
  value: string;
  /** Milliseconds since 1970; null lives as long as its collection. */
  expires: number | null;
}

/** What an operator captured, worked out when it is asked for. */
export interface Captures {
  /** The whole hit first; null when there is nothing to capture, and then what was captured before stays. */
  readonly groups: readonly string[] | null;
}

/** Named texts that rules set and read: `TX`, and each entry of a persistent collection. Bounded. */
export class Variables {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  /** What was there before anything was set; shared between transactions, never written to. */
  #base: ReadonlyMap<string, Entry> | null = null;
  /** Not yet written to `0` to `9`. */
  #captured: Captures | null = null;

  constructor(most = 2048) {
    this.#most = most;
  }

  get size(): number {
    this.#settle();
    return this.#entries.size + (this.#base?.size ?? 0);
  }

  /** What is known before anything is set here, or now known in its place; what was set here stands above it. */
  rebase(base: ReadonlyMap<string, Entry>): void {
    this.#base = base;
  }

  /** The same variables for somebody else. */
  copy(): Variables {
    this.#settle();
    const copy = new Variables(this.#most);
    copy.#base = this.#base;
    for (const [key, { name, value, expires }] of this.#entries) copy.#entries.set(key, { name, value, expires });
    return copy;
  }

  /** Captures that nobody has asked for yet. */
  get captured(): Captures | null {
    return this.#captured;
  }

  /** The last operator's captures, as `0` to `9`; what the one before it had more of is gone. */
  capture(captures: Captures): void {
    this.#captured = captures;
  }

  #settle(): void {
    const groups = this.#captured === null ? null : this.#captured.groups;
    this.#captured = null;
    if (groups === null) return;
    for (let at = 0; at < 10; at++) {
      const group = groups[at];
      if (group !== undefined) this.set(String(at), group);
      else this.unset(String(at));
    }
  }

  get(name: string, now: number): string | undefined {
    if (this.#captured !== null && name.length === 1) this.#settle();
    const entry = this.#entries.get(name) ?? this.#base?.get(name);
    if (entry === undefined) return undefined;
    if (entry.expires !== null && entry.expires <= now) {
      this.#entries.delete(name);
      return undefined;
    }
    return entry.value;
  }

  /** The numbers in these variables together. Whether one has expired is not asked: scores do not. */
  sum(names: readonly string[]): number {
    let sum = 0;
    for (let i = 0; i < names.length; i++) {
      const entry = this.#entries.get(names[i]!) ?? this.#base?.get(names[i]!);
      if (entry !== undefined && entry.value !== '0') sum += wholeNumber(entry.value);
    }
    return sum;
  }

  /** False when the collection is full: a rule that makes names from a request must not fill the memory. */
  set(name: string, value: string): boolean {
    if (this.#captured !== null && name.length === 1) this.#settle();
    const key = name.toLowerCase();
    const entry = this.#entries.get(key);
    if (entry) entry.value = value;
    else if (this.#entries.size + (this.#base?.size ?? 0) >= this.#most) return false;
    else this.#entries.set(key, { name, value, expires: null });
    return true;
  }

  unset(name: string): void {
    if (this.#captured !== null) this.#settle();
    const key = name.toLowerCase();
    if (this.#base?.has(key)) this.#own();
    this.#entries.delete(key);
  }

  /** The entry goes at this time; without one of that name nothing happens. */
  expire(name: string, at: number): void {
    this.#own();
    const entry = this.#entries.get(name.toLowerCase());
    if (entry) entry.expires = at;
  }

  /** Takes over what was there before, because it is about to change in more than its values. */
  #own(): void {
    this.#settle();
    if (this.#base === null) return;
    const base = this.#base;
    this.#base = null;
    for (const [key, { name, value }] of base) {
      if (!this.#entries.has(key)) this.#entries.set(key, { name, value, expires: null });
    }
  }

  /** The variables whose names pass; what a shared base says about a test is remembered with the test. */
  matching(test: (name: string) => boolean, now: number): (readonly [name: string, value: string])[] {
    if (this.#captured !== null) this.#settle();
    const found: (readonly [string, string])[] = [];
    if (this.#base !== null) {
      for (const [key, { name, value }] of selected(this.#base, test)) {
        if (!this.#entries.has(key)) found.push([name, value]);
      }
    }
    for (const [key, entry] of this.#entries) {
      if (entry.expires !== null && entry.expires <= now) this.#entries.delete(key);
      else if (test(entry.name)) found.push([entry.name, entry.value]);
    }
    return found;
  }

  *all(now: number): Generator<readonly [name: string, value: string]> {
    if (this.#captured !== null) this.#settle();
    if (this.#base !== null) {
      for (const [key, { name, value }] of this.#base) if (!this.#entries.has(key)) yield [name, value];
    }
    for (const [key, entry] of this.#entries) {
      if (entry.expires !== null && entry.expires <= now) this.#entries.delete(key);
      else yield [entry.name, entry.value];
    }
  }
}

const selections = new WeakMap<ReadonlyMap<string, Entry>, Map<unknown, readonly (readonly [string, Entry])[]>>();

function selected(
  base: ReadonlyMap<string, Entry>,
  test: (name: string) => boolean,
): readonly (readonly [string, Entry])[] {
  let known = selections.get(base);
  if (known === undefined) selections.set(base, (known = new Map()));
  let list = known.get(test);
  if (list === undefined) known.set(test, (list = [...base].filter(([, { name }]) => test(name))));
  return list;
}

/** A whole number at the start of the text, as rules count; 0 when there is none. */
export function wholeNumber(text: string): number {
  if (text === '') return 0;
  if (text.length === 1) {
    const digit = text.charCodeAt(0) - 0x30;
    return digit >= 0 && digit <= 9 ? digit : 0;
  }
  const found = /^\s*[+-]?\d{1,15}/.exec(text);
  return found ? Number(found[0]) : 0;
}
