/** Longest text that is kept, and how many characters are kept in all before the older half goes. */
const longest = 4096;
const most = 1_048_576;

/** After so many texts of which none came before, only one of some is kept, until one comes again. */
const patience = 2048;
const oneOf = 16;

/** Texts that say of themselves that they hold a secret are not kept. */
const secret = /auth|cookie|token|secret|pass|key|session|signature|credential/i;

/**
 * Texts that passed, so that those which come again and again (a beat, a subscription, what a room is told) are not judged
 * again and again. Bounded; only for whom the same text passes each time.
 */
export class Passed {
  #recent = new Map<string, Set<string>>();
  #older = new Map<string, Set<string>>();
  #size = 0;
  /** Texts that passed since one came again. */
  #unheard = 0;

  has(path: string, address: string, text: string): boolean {
    const from = `${address} ${path}`;
    const recent = this.#recent.get(from)?.has(text) === true;
    if (!recent && this.#older.get(from)?.has(text) !== true) return false;
    this.#unheard = 0;
    if (!recent) this.#keep(from, text);
    return true;
  }

  /** Where texts do not come again, not each of them is worth the room and the time. */
  add(path: string, address: string, text: string): void {
    if (++this.#unheard > patience && this.#unheard % oneOf !== 0) return;
    if (text.length <= longest && !secret.test(text)) this.#keep(`${address} ${path}`, text);
  }

  #keep(from: string, text: string): void {
    // What an entry costs besides its text.
    this.#size += text.length + 64;
    if (this.#size > most / 2) {
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#size = text.length + 64;
    }
    let texts = this.#recent.get(from);
    if (texts === undefined) this.#recent.set(from, (texts = new Set()));
    texts.add(text);
  }
}
