/** A breaker per target: closed while it works, open when it fails too often, half open to try it again with one request. */
export interface BreakerRules {
  /** Share of failures at which it opens. */
  readonly ratio: number;
  /** Requests in the window before anything is judged. */
  readonly volume: number;
  readonly windowMs: number;
  readonly openMs: number;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export class Breaker {
  readonly #rules: BreakerRules;
  #state: BreakerState = 'closed';
  #windowStart = 0;
  #good = 0;
  #bad = 0;
  #openUntil = 0;
  #trying = false;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  state(now: number): BreakerState {
    if (this.#state === 'open' && now >= this.#openUntil) this.#state = 'half-open';
    return this.#state;
  }

  /** May a request go through? In the half-open state one at a time; whoever asks has to tell the outcome. */
  admit(now: number): boolean {
    const state = this.state(now);
    if (state === 'closed') return true;
    if (state === 'open' || this.#trying) return false;
    this.#trying = true;
    return true;
  }

  /** Milliseconds until it may be tried again; 0 when it may be now. */
  waitMs(now: number): number {
    return this.state(now) === 'open' ? this.#openUntil - now : 0;
  }

  tell(ok: boolean, now: number): void {
    if (this.#state !== 'closed') {
      this.#trying = false;
      if (ok) this.#close(now);
      else this.#open(now);
      return;
    }
    if (now - this.#windowStart > this.#rules.windowMs) this.#close(now);
    if (ok) this.#good++;
    else this.#bad++;
    const all = this.#good + this.#bad;
    if (all >= this.#rules.volume && this.#bad / all >= this.#rules.ratio) this.#open(now);
  }

  /** A request that was let through has ended without telling anything about the target. */
  forget(): void {
    this.#trying = false;
  }

  #open(now: number): void {
    this.#state = 'open';
    this.#openUntil = now + this.#rules.openMs;
  }

  #close(now: number): void {
    this.#state = 'closed';
    this.#windowStart = now;
    this.#good = 0;
    this.#bad = 0;
  }
}
