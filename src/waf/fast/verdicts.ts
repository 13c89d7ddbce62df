/** Longest value that is remembered: longer ones do not come back. */
export const longest = 512;
/** Bytes that all programs of a process may spend on remembered verdicts, entries included. */
const budget = 2_097_152;
/** What an entry takes besides its value, and about what a rule in it takes. */
const perEntry = 96;
const perRule = 8;

/** After so many values of which none came before, only one of some is looked for and kept, until one comes again. */
export const patience = 512;
const oneOf = 16;

const clean: readonly number[] = [];

/** Which rules each value hit when it came before. All of them together keep to one budget. */
export class Verdicts {
  #known = new Map<string, readonly number[]>();
  #round = 0;
  /** Values that were looked for since one was found. */
  #unheard = 0;
  #passedOver = 0;

  /** Is the next value worth looking for? Where values do not come again, keeping them costs more than it ever saves. */
  isWorth(): boolean {
    return this.#unheard < patience || ++this.#passedOver % oneOf === 0;
  }

  get(value: string): readonly number[] | undefined {
    if (this.#round !== spent.round) this.#forget();
    const known = this.#known.get(value);
    this.#unheard = known === undefined ? this.#unheard + 1 : 0;
    return known;
  }

  set(value: string, rules: readonly number[]): void {
    const size = value.length + perEntry + perRule * rules.length;
    spent.bytes += size;
    if (spent.bytes > budget) {
      spent.round++;
      spent.bytes = size;
    }
    if (this.#round !== spent.round) this.#forget();
    this.#known.set(value, rules.length === 0 ? clean : rules);
  }

  #forget(): void {
    this.#known = new Map();
    this.#round = spent.round;
  }
}

/** What all programs of this process have spent; when it is too much, all begin again. */
const spent = { bytes: 0, round: 0 };
