/** When a quota's period begins and ends, and what is left in it: pure arithmetic in UTC. */

export type QuotaPeriod = 'DAY' | 'WEEK' | 'MONTH';

export interface Quota {
  readonly limit: number;
  /** Requests taken off the limit in a key's first period. Not a shift in time. */
  readonly offset: number;
  readonly period: QuotaPeriod;
}

export interface QuotaWindow {
  /** The name under which its counter is kept: `2026-11-21`, `week 2026-11-16`, `2026-11`. */
  readonly name: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

const DAY = 86_400_000;

/**
 * Where each period begins. AWS does not say for weeks and months; these three are the one place to change it.
 * The day of the week: 1 is Monday.
 */
export const quotaStarts = { hour: 0, weekday: 1, dayOfMonth: 1 } as const;

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

// The windows of the last question: nearly every question is about the same ones.
let lastDay: QuotaWindow = { name: '', startsAt: 0, endsAt: 0 };

export function dayWindow(now: number): QuotaWindow {
  if (now >= lastDay.startsAt && now < lastDay.endsAt) return lastDay;
  const shift = quotaStarts.hour * 3_600_000;
  const startsAt = Math.floor((now - shift) / DAY) * DAY + shift;
  return (lastDay = { name: dateOf(startsAt), startsAt, endsAt: startsAt + DAY });
}

export function quotaWindow(period: QuotaPeriod, now: number): QuotaWindow {
  const day = dayWindow(now);
  if (period === 'DAY') return day;
  if (period === 'WEEK') {
    const back = (new Date(day.startsAt).getUTCDay() - quotaStarts.weekday + 7) % 7;
    const startsAt = day.startsAt - back * DAY;
    return { name: `week ${dateOf(startsAt)}`, startsAt, endsAt: startsAt + 7 * DAY };
  }
  const date = new Date(day.startsAt);
  const early = date.getUTCDate() < quotaStarts.dayOfMonth ? 1 : 0;
  const month = date.getUTCMonth() - early;
  const startsAt = Date.UTC(date.getUTCFullYear(), month, quotaStarts.dayOfMonth);
  const endsAt = Date.UTC(date.getUTCFullYear(), month + 1, quotaStarts.dayOfMonth);
  return { name: dateOf(startsAt).slice(0, 7), startsAt, endsAt };
}

/** What may be used in this period; `first` says that it is the key's first. */
export const quotaLimit = (quota: Quota, first: boolean): number =>
  Math.max(0, quota.limit - (first ? quota.offset : 0));
