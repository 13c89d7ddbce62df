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
  /** Part of it that is on its way there. */
  telling: number;
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
    if (!line.asking && now - line.askedAt >= budget.flushMs) void this.#tell(budget, scope, line, now);
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

  /** Tells the store what it has not heard yet: before the book is closed, since nobody would do it after. */
  settle(budgets: ReadonlyMap<string, Budget>, now: number): Promise<unknown> {
    const told: Promise<unknown>[] = [];
    for (const [id, line] of this.#lines) {
      const mark = id.indexOf('\n');
      const budget = budgets.get(id.slice(0, mark));
      if (budget && line.pending > 0) told.push(Promise.resolve(this.#tell(budget, id.slice(mark + 1), line, now)));
    }
    return Promise.all(told);
  }

  #line(budget: Budget, scope: string, now: number): Line {
    const id = `${budget.name}\n${scope}`;
    let line = this.#lines.get(id);
    if (line && line.window.endsAt > now) return line;
    if (this.#lines.size >= MOST_LINES) this.#lines.delete(this.#lines.keys().next().value as string);
    line = { window: quotaWindow(budget.period, now), counted: 0, pending: 0, telling: 0, askedAt: now, asking: false };
    this.#lines.set(id, line);
    // What other processes and earlier runs have spent is asked for once, beside the first request.
    void this.#tell(budget, scope, line, now);
    return line;
  }

  #tell(budget: Budget, scope: string, line: Line, now: number): Promise<void> | void {
    // What is on its way to the store already is not told twice.
    const by = line.pending - line.telling;
    line.telling += by;
    line.askedAt = now;
    const heard = (sum: number): void => {
      line.counted = sum;
      line.pending -= by;
      line.telling -= by;
      line.asking = false;
    };
    const failed = (thrown: unknown): void => {
      line.asking = false;
      line.telling -= by;
      this.#warn(`spending of budget ${budget.name} could not be counted: ${messageOf(thrown)}`);
    };
    try {
      line.asking = true;
      const asked = this.#counters.add(`spend ${budget.name} ${scope}`, by, line.window.name, line.window.endsAt);
      if (asked instanceof Promise) return asked.then(heard, failed);
      heard(asked);
    } catch (thrown) {
      failed(thrown);
    }
  }
}
