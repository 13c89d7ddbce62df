import { messageOf } from '../base/fault.ts';
import type { CounterStore } from '../ports/counters.ts';
import { quotaWindow, type QuotaWindow } from './quota.ts';
import type { Budget } from './budget.ts';

export interface SpendState {
  /** Dollars in this period. */
  readonly spent: number;
  /** Of the budget; 1 is all of it. */
  readonly share: number;
  /** Dollars at the end of the period, if it goes on like this. */
  readonly forecast: number;
  readonly window: QuotaWindow;
}

/** One budget and scope with what was spent. */
export type Spending = SpendState & { readonly budget: string; readonly scope: string; readonly limit: number };

interface Line {
  window: QuotaWindow;
  /** As the store last said. */
  counted: number;
  /** Not yet told to the store. */
  pending: number;
  askedAt: number;
  asking: boolean;
}

/** Most scopes that are held at a time. */
const MOST_LINES = 50_000;

/**
 * Spending per budget and scope. It is summed here and told to the store at most once per flush interval and scope, so
 * that a request does not wait for it; a killed process loses at most that interval.
 */
export class SpendBook {
  readonly #counters: CounterStore;
  readonly #warn: (says: string) => void;
  readonly #lines = new Map<string, Line>();

  constructor(counters: CounterStore, warn: (says: string) => void) {
    this.#counters = counters;
    this.#warn = warn;
  }

  state(budget: Budget, scope: string, now: number): SpendState {
    const line = this.#line(budget, scope, now);
    const spent = line.counted + line.pending;
    const passed = Math.max((now - line.window.startsAt) / (line.window.endsAt - line.window.startsAt), 0.01);
    return { spent, share: spent / budget.limit, forecast: spent / Math.min(1, passed), window: line.window };
  }

  add(budget: Budget, scope: string, dollars: number, now: number): void {
    const line = this.#line(budget, scope, now);
    line.pending += dollars;
    if (!line.asking && now - line.askedAt >= budget.flushMs) this.#tell(budget, scope, line, now);
  }

  /** Every scope with its spending, for metrics. */
  report(budgets: Iterable<Budget>, now: number): readonly Spending[] {
    const rows: Spending[] = [];
    for (const budget of budgets) {
      for (const id of this.#lines.keys()) {
        if (!id.startsWith(`${budget.name}\n`)) continue;
        const scope = id.slice(budget.name.length + 1);
        rows.push({ budget: budget.name, scope, limit: budget.limit, ...this.state(budget, scope, now) });
      }
    }
    return rows;
  }

  #line(budget: Budget, scope: string, now: number): Line {
    const id = `${budget.name}\n${scope}`;
    let line = this.#lines.get(id);
    if (line && line.window.endsAt > now) return line;
    if (this.#lines.size >= MOST_LINES) this.#lines.delete(this.#lines.keys().next().value as string);
    line = { window: quotaWindow(budget.period, now), counted: 0, pending: 0, askedAt: now, asking: false };
    this.#lines.set(id, line);
    // What other processes and earlier runs have spent is asked for once, beside the first request.
    this.#tell(budget, scope, line, now);
    return line;
  }

  #tell(budget: Budget, scope: string, line: Line, now: number): void {
    const by = line.pending;
    line.askedAt = now;
    const heard = (sum: number): void => {
      line.counted = sum;
      line.pending -= by;
      line.asking = false;
    };
    const failed = (thrown: unknown): void => {
      line.asking = false;
      this.#warn(`spending of budget ${budget.name} could not be counted: ${messageOf(thrown)}`);
    };
    try {
      line.asking = true;
      const asked = this.#counters.add(`spend ${budget.name} ${scope}`, by, line.window.name, line.window.endsAt);
      if (asked instanceof Promise) void asked.then(heard, failed);
      else heard(asked);
    } catch (thrown) {
      failed(thrown);
    }
  }
}
