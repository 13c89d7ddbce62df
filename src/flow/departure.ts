/** A shell's side of a request that can send a 103 (RFC 8297). */
export interface Hinted {
  /** Values of `Link` fields, for the request that this departure belongs to; not sent where its answer has begun. */
  hint(departure: Departure, links: readonly string[]): void;
}

/**
 * Has the viewer gone? A platform `AbortSignal` costs more than a whole stage, so it is made only for those who ask for
 * one (user code); the corridor itself registers a call.
 */
export class Departure {
  /** Who can tell the viewer something before the answer; null where nobody can. */
  hinted: Hinted | null = null;
  gone = false;
  #calls: (() => void)[] | null = null;
  #controller: AbortController | null = null;

  /** Calls back once when the viewer goes, at once if he has gone. Returns how to stop listening. */
  on(call: () => void): () => void {
    if (this.gone) {
      call();
      return () => {};
    }
    const calls = (this.#calls ??= []);
    calls.push(call);
    return () => {
      const at = calls.indexOf(call);
      if (at >= 0) calls.splice(at, 1);
    };
  }

  /** The shell says it. */
  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.#controller?.abort();
    const calls = this.#calls;
    this.#calls = null;
    for (const call of calls ?? []) call();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.gone) this.#controller.abort();
    return this.#controller.signal;
  }
}
