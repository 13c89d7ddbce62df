import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import type { Document } from '../../config/document.ts';
import { DocumentError, shown } from '../../config/issues.ts';
import { keyIdOf, keysOfPlan } from '../../gateway/keyring.ts';
import { quotaWindow, type Quota } from '../../gateway/quota.ts';
import { readUsage, setRemaining, usagePerDay } from '../../gateway/usage.ts';
import type { State } from '../../stores/store.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { withStore } from '../with-store.ts';

interface Shared {
  readonly config?: string;
  readonly json?: boolean;
}

interface Plan {
  readonly name: string;
  readonly quota: Quota;
  readonly keys: readonly string[];
}

/** How much of their quota keys have used, and more of it for those who ask nicely. */
export function usage(program: Command, io: Terminal): void {
  const group = program.command('usage').description('read and change what API keys have used of their plans');
  const sub = (name: string, says: string): Command =>
    group
      .command(name)
      .description(says)
      .argument('<plan>', 'name of the usage plan')
      .option('-c, --config <file>', 'the document whose store is meant')
      .option('--json', 'print JSON');

  sub('show', 'used and remaining per key in the current period').action((name: string, options: Shared) =>
    guarded(io, options.json === true, () =>
      withPlan(options.config, name, async (plan, state) => {
        const now = systemClock.now();
        const rows = await Promise.all(
          (await keysOfPlan(state.records, plan.name, plan.keys)).map(async (key) => {
            const usage = await readUsage(state.counters, state.records, plan.name, key, plan.quota, now);
            return {
              key,
              used: usage.used,
              remaining: Math.max(0, usage.limit - usage.used),
              limit: usage.limit,
              until: new Date(usage.window.endsAt).toISOString(),
            };
          }),
        );
        if (options.json) io.out(JSON.stringify(rows, null, 2));
        else
          for (const line of table([
            ['key', 'used', 'remaining', 'limit', 'until'],
            ...rows.map((row) => [row.key, String(row.used), String(row.remaining), String(row.limit), row.until]),
          ]))
            io.out(line);
        return exits.ok;
      }),
    ),
  );

  sub('days', 'used and remaining per day, as GetUsage tells it')
    .argument('<key>', 'id of the key')
    .option('--from <date>', 'first day, e.g. 2026-11-01; left out: 30 days ago')
    .option('--to <date>', 'last day; left out: today')
    .action((name: string, given: string, options: Shared & { from?: string; to?: string }) =>
      guarded(io, options.json === true, () =>
        withPlan(options.config, name, async (plan, state) => {
          const to = options.to === undefined ? systemClock.now() : Date.parse(options.to);
          const from = options.from === undefined ? to - 29 * 86_400_000 : Date.parse(options.from);
          if (Number.isNaN(from) || Number.isNaN(to)) {
            io.err('sallyport: --from and --to want dates such as 2026-11-01');
            return exits.usage;
          }
          const key = await keyIdOf(state.records, given);
          const days = await usagePerDay(state.counters, plan.name, key, plan.quota, from, to);
          if (options.json) io.out(JSON.stringify(days));
          else {
            const rows = days.map(([used, remaining], at) => [
              new Date(from + at * 86_400_000).toISOString().slice(0, 10),
              String(used),
              String(remaining),
            ]);
            for (const line of table([['day', 'used', 'remaining'], ...rows])) io.out(line);
          }
          return exits.ok;
        }),
      ),
    );

  sub('set', 'let a key have so many more requests in the current period')
    .argument('<key>', 'id of the key')
    .argument('<remaining>', 'requests that are left from now on')
    .action((name: string, given: string, remaining: string, options: Shared) =>
      guarded(io, options.json === true, () =>
        withPlan(options.config, name, async (plan, state, admin) => {
          const left = Number(remaining);
          if (!Number.isInteger(left) || left < 0) {
            io.err(`sallyport: wanted a whole number of requests, not "${remaining}"`);
            return exits.usage;
          }
          const key = await keyIdOf(state.records, given);
          // A running edge holds its counters in memory; one that is not told sees the store with its next batch.
          const told = await tell(admin, plan.name, key, left);
          const now = systemClock.now();
          const usage = told
            ? null
            : await setRemaining(state.counters, state.records, plan.name, key, plan.quota, left, now);
          const until = new Date(quotaWindow(plan.quota.period, now).endsAt).toISOString();
          const has = usage ? usage.limit - usage.used : left;
          if (options.json) io.out(JSON.stringify({ key, remaining: has, running: told }));
          else
            io.out(
              `${key} has ${has} requests left until ${until}${told ? '' : "; no edge answers at this document's operator port, so the store was written"}`,
            );
          return exits.ok;
        }),
      ),
    );
}

/** Tells a running edge; false when there is none. */
async function tell(admin: Document['admin'], plan: string, key: string, remaining: number): Promise<boolean> {
  if (!admin.enabled || admin.port === 0) return false;
  const url = `http://${admin.host}:${admin.port}/usage/${plan}/${encodeURIComponent(key)}`;
  try {
    const answer = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ remaining }),
      signal: AbortSignal.timeout(2000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

function withPlan(
  config: string | undefined,
  name: string,
  work: (plan: Plan, state: State, admin: Document['admin']) => Promise<number>,
): Promise<number> {
  return withStore(config, (state, document) => work(planOf(document, name), state, document.admin));
}

function planOf(document: Document, name: string): Plan {
  const plan = document.plans[name];
  if (!plan)
    throw new DocumentError([
      {
        path: 'plans',
        wanted: 'the name of a usage plan',
        found: shown(name),
        hint: `known: ${Object.keys(document.plans).join(', ') || 'none'}`,
      },
    ]);
  if (!plan.quota)
    throw new DocumentError([
      { path: `plans.${name}.quota`, wanted: 'a quota', found: 'nothing', hint: 'without one nothing is counted' },
    ]);
  return { name, quota: plan.quota, keys: plan.keys };
}
