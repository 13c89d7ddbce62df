import type { PriceDocument } from '../config/api-routes.ts';
import type { BudgetDocument } from '../config/plans.ts';

/** One budget, ready: what it may cost, whose spending is counted, and what happens on the way to its end. */
export interface Budget extends Omit<BudgetDocument, 'flush'> {
  readonly name: string;
  readonly flushMs: number;
}

/** Dollars that one request of a route costs before a byte is sent out. */
export function priceOf(price: PriceDocument, rates: BudgetDocument['rates'], isFunction: boolean): number {
  const invoke = isFunction ? rates.invokePerMillion / 1e6 : 0;
  return (
    rates.requestPerMillion / 1e6 +
    invoke +
    (price.lambdaMs / 1000) * (price.lambdaMb / 1024) * rates.gbSecond +
    price.upstream +
    price.fixed
  );
}

/** The step that holds at this share of the budget: the furthest one that was reached. */
export function stepAt(budget: Pick<Budget, 'steps'>, share: number): Budget['steps'][number] | null {
  let held: Budget['steps'][number] | null = null;
  for (const step of budget.steps) if (share >= step.at && (held === null || step.at >= held.at)) held = step;
  return held;
}
