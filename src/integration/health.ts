import { HeaderList } from '../http/headers.ts';
import type { Forwarder } from './forward.ts';

/**
 * Active checks of one target. There is no timer: a check is made beside a request when the last one is old enough, so
 * an edge without traffic asks nobody, and a document that is replaced leaves nothing running.
 */
export interface HealthRules {
  readonly path: string;
  readonly intervalMs: number;
  /** Good checks in a row until it is used again. */
  readonly healthy: number;
  /** Bad checks in a row until it is left alone. */
  readonly unhealthy: number;
}

export class Health {
  readonly #rules: HealthRules;
  readonly #target: Forwarder;
  #healthy = true;
  #row = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking = false;

  constructor(rules: HealthRules, target: Forwarder) {
    this.#rules = rules;
    this.#target = target;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  /** Begins a check if one is due; null when not. Never rejects. */
  check(now: number): Promise<void> | null {
    if (this.#checking || now - this.#checkedAt < this.#rules.intervalMs) return null;
    this.#checking = true;
    this.#checkedAt = now;
    return this.#ask().then((ok) => {
      this.#checking = false;
      this.tell(ok);
    });
  }

  tell(ok: boolean): void {
    if (ok === this.#healthy) {
      this.#row = 0;
      return;
    }
    this.#row++;
    if (this.#row < (ok ? this.#rules.healthy : this.#rules.unhealthy)) return;
    this.#healthy = ok;
    this.#row = 0;
  }

  async #ask(): Promise<boolean> {
    try {
      const answer = await this.#target.dialer.dial({
        method: 'GET',
        target: this.#rules.path,
        headers: HeaderList.of({ Host: this.#target.url.host, 'User-Agent': 'Sallyport-Health', Accept: '*/*' }),
        body: null,
        onGone: () => () => {},
        firstByteMs: Math.min(this.#target.firstByteMs, this.#rules.intervalMs),
      });
      answer.body?.cancel();
      return answer.status >= 200 && answer.status < 400;
    } catch {
      return false;
    }
  }
}
