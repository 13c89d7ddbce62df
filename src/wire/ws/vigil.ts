import type { Limits } from './terms.ts';

/** What time asks of a connection. `stall`, `life`, `idle` and `no-pong` end it. */
export type Due = 'nothing' | 'stall' | 'life' | 'idle' | 'no-pong' | 'ping';

/** The figures of a connection that `Vigil` judges by. */
export interface Vitals {
  readonly openedAt: number;
  readonly activeAt: number;
  readonly heardAt: number;
}

/** Watches over one open connection: its life, its silence, a peer that does not read, a flood of control frames. */
export class Vigil {
  /** When our last ping went out unanswered, else 0. */
  pingedAt = 0;
  #stalledAt = 0;
  #takenBefore = 0;
  #second = 0;
  #controls = 0;

  /**
   * @param pending bytes that the network has not taken
   * @param taken bytes that it has taken since the beginning: a slow reader makes progress, a stalled one makes none
   */
  due(now: number, vitals: Vitals, pending: number, taken: number, limits: Limits): Due {
    if (pending === 0) {
      this.#stalledAt = 0;
    } else if (this.#stalledAt === 0 || taken !== this.#takenBefore) {
      this.#takenBefore = taken;
      this.#stalledAt = now;
    } else if (limits.stallMs > 0 && now - this.#stalledAt >= limits.stallMs) {
      return 'stall';
    }
    if (limits.lifeMs > 0 && now - vitals.openedAt >= limits.lifeMs) return 'life';
    if (limits.idleMs > 0 && now - vitals.activeAt >= limits.idleMs) return 'idle';
    if (this.pingedAt > 0) {
      // It was silent when we pinged, so what was heard in that very millisecond is an answer.
      if (vitals.heardAt >= this.pingedAt) this.pingedAt = 0;
      else return now - this.pingedAt >= limits.pongMs ? 'no-pong' : 'nothing';
    }
    return limits.pingMs > 0 && now - vitals.heardAt >= limits.pingMs ? 'ping' : 'nothing';
  }

  /** Counts a control frame. True when this second has seen too many. */
  floods(at: number, limits: Limits): boolean {
    const second = Math.floor(at / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#controls = 0;
    }
    return ++this.#controls > limits.maxControlPerSecond;
  }
}
