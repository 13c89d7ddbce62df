import type { App } from '../pipeline/app.ts';

type Spending = ReturnType<App['spending']>[number];

/** Most scopes of one budget that get series of their own: those that have spent most. */
const MOST_SCOPES = 100;

/** Budgets in Prometheus' text form, in dollars of the current period; nothing where the document has none. */
export function spendMetrics(all: readonly Spending[]): string {
  const byBudget = new Map<string, Spending[]>();
  for (const each of all) byBudget.set(each.budget, [...(byBudget.get(each.budget) ?? []), each]);
  if (byBudget.size === 0) return '';
  const shown = [...byBudget.values()].flatMap((rows) =>
    rows.toSorted((a, b) => b.spent - a.spent).slice(0, MOST_SCOPES),
  );
  const lines: string[] = [];
  const family = (name: string, help: string, rows: readonly (readonly [string, number])[]): void => {
    lines.push(`# HELP sallyport_budget_${name} ${help}`, `# TYPE sallyport_budget_${name} gauge`);
    for (const [labels, value] of rows) lines.push(`sallyport_budget_${name}${labels} ${value}`);
  };
  const perScope = (read: (each: Spending) => number): (readonly [string, number])[] =>
    shown.map((each) => [`{budget="${safe(each.budget)}",scope="${safe(each.scope)}"}`, read(each)]);
  family(
    'spent_dollars',
    'Spent in the current period, by budget and scope.',
    perScope(({ spent }) => spent),
  );
  family(
    'forecast_dollars',
    'Spent at the end of the period, if it goes on like this.',
    perScope(({ forecast }) => forecast),
  );
  family(
    'limit_dollars',
    'What each scope may spend in a period.',
    [...byBudget].map(([name, rows]) => [`{budget="${safe(name)}"}`, rows[0]?.limit ?? 0]),
  );
  family(
    'scopes',
    'Scopes that have spent anything in the current period.',
    [...byBudget].map(([name, rows]) => [`{budget="${safe(name)}"}`, rows.length]),
  );
  return `${lines.join('\n')}\n`;
}

const safe = (text: string): string => text.replaceAll(/["\\\n]/g, '_');
