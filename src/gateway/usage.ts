import type { MaybePromise } from '../base/later.ts';
import { whenHere } from '../base/later.ts';
import type { CounterStore } from '../ports/counters.ts';
import type { RecordStore } from '../ports/records.ts';
import { dayWindow, quotaLimit, quotaWindow, type Quota, type QuotaWindow } from './quota.ts';

/** How much of a plan each key has used: counted while requests come, read and changed by whoever runs the gateway. */

/** Days that daily counts are kept for `GetUsage`. */
const KEPT_DAYS = 90;
const DAY = 86_400_000;

export interface Usage {
  readonly allowed: boolean;
  readonly used: number;
  readonly limit: number;
  readonly window: QuotaWindow;
}

const counterOf = (plan: string, keyId: string): string => `quota ${plan} ${keyId}`;
const dailyOf = (plan: string, keyId: string): string => `usage ${plan} ${keyId}`;

/** The kind of record that says when a key first used a plan: the offset is taken off its first period only. */
export const FIRST_USE_KIND = 'plan-first-use';

/** Counts one request against a quota; a request that finds it used up is not counted. */
export function count(
  counters: CounterStore,
  plan: string,
  keyId: string,
  quota: Quota,
  first: (window: QuotaWindow) => MaybePromise<boolean>,
  now: number,
): MaybePromise<Usage> {
  const window = quotaWindow(quota.period, now);
  const key = counterOf(plan, keyId);
  const judge = (isFirst: boolean): MaybePromise<Usage> => {
    const limit = quotaLimit(quota, isFirst);
    return whenHere(counters.add(key, 1, window.name, window.endsAt), (used): MaybePromise<Usage> => {
      if (used <= limit) {
        const day = dayWindow(now);
        return whenHere(counters.add(dailyOf(plan, keyId), 1, day.name, day.endsAt + KEPT_DAYS * DAY), () => ({
          allowed: true,
          used,
          limit,
          window,
        }));
      }
      return whenHere(counters.add(key, -1, window.name, window.endsAt), () => ({
        allowed: false,
        used: used - 1,
        limit,
        window,
      }));
    });
  };
  return quota.offset === 0 ? judge(false) : whenHere(first(window), judge);
}

/** Is this the window in which the key first used the plan? Notes it where nothing is noted yet. */
export function firstUse(
  records: RecordStore,
  plan: string,
  keyId: string,
): (window: QuotaWindow) => MaybePromise<boolean> {
  const id = `${plan} ${keyId}`;
  return (window) =>
    whenHere(records.get<{ window: string }>(FIRST_USE_KIND, id), (found) => {
      if (found) return found.value.window === window.name;
      return whenHere(records.put(FIRST_USE_KIND, id, { window: window.name }, 'new'), (put) =>
        put
          ? true
          : whenHere(
              records.get<{ window: string }>(FIRST_USE_KIND, id),
              (again) => again?.value.window === window.name,
            ),
      );
    });
}

/** Used and remaining in the current period. */
export async function readUsage(
  counters: CounterStore,
  records: RecordStore,
  plan: string,
  keyId: string,
  quota: Quota,
  now: number,
): Promise<Usage> {
  const window = quotaWindow(quota.period, now);
  const used = await counters.read(counterOf(plan, keyId), window.name);
  const first = await records.get<{ window: string }>(FIRST_USE_KIND, `${plan} ${keyId}`);
  const limit = quotaLimit(quota, quota.offset > 0 && (first === null || first.value.window === window.name));
  return { allowed: used < limit, used, limit, window };
}

/** What `GetUsage` returns for a key: `[used, remaining]` per day from `from` to `to` (ms since 1970), both included. */
export async function usagePerDay(
  counters: CounterStore,
  plan: string,
  keyId: string,
  quota: Quota,
  from: number,
  to: number,
): Promise<readonly (readonly [used: number, remaining: number])[]> {
  const days: [number, number][] = [];
  let inWindow = 0;
  let windowName = '';
  const start = quotaWindow(quota.period, from).startsAt;
  for (let at = start; at <= to && days.length < 400; at += DAY) {
    const window = quotaWindow(quota.period, at);
    if (window.name !== windowName) {
      windowName = window.name;
      inWindow = 0;
    }
    const used = await counters.read(dailyOf(plan, keyId), dayWindow(at).name);
    inWindow += used;
    if (at >= dayWindow(from).startsAt) days.push([used, Math.max(0, quota.limit - inWindow)]);
  }
  return days;
}

/** `UpdateUsage` of `/remaining`: so many requests are left in the current period from now on. */
export async function setRemaining(
  counters: CounterStore,
  records: RecordStore,
  plan: string,
  keyId: string,
  quota: Quota,
  remaining: number,
  now: number,
): Promise<Usage> {
  const { window, limit, used } = await readUsage(counters, records, plan, keyId, quota, now);
  await counters.add(counterOf(plan, keyId), limit - remaining - used, window.name, window.endsAt);
  return readUsage(counters, records, plan, keyId, quota, now);
}
