import type { DecisionRecord } from '../trace/record.ts';

/** What a decision log tells of the origins behind one route, or behind one origin. Times in milliseconds. */
export interface OriginTimes {
  readonly name: string;
  /** Requests that went to an origin. */
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Without an answer of the origin, for whatever reason. */
  readonly failures: number;
  /** Of those, given up because time ran out; they count among the times as the time that was waited. */
  readonly cutOff: number;
}

export interface LogTimes {
  readonly records: number;
  readonly routes: readonly OriginTimes[];
  /** By the origin that answered; one that never answered is found by its route in `to`. */
  readonly origins: readonly OriginTimes[];
  /** Most requests that arrived in one second. */
  readonly peakPerSecond: number;
  /** From arrival to the answer's header, requests that went to an origin. */
  readonly whole: { readonly p50: number; readonly p99: number };
}

/** Lines of a decision log, as they were written or as `aws logs tail` and CloudWatch wrap them; everything else is passed over. */
export function recordsOf(text: string): DecisionRecord[] {
  return text.split('\n').flatMap((line) => {
    const begins = line.indexOf('{');
    if (begins < 0 || !line.includes('decision')) return [];
    try {
      const read = JSON.parse(line.slice(begins)) as { kind?: unknown; message?: unknown };
      const record = read.kind === 'decision' ? read : messageIn(read.message);
      return isDecision(record) ? [record] : [];
    } catch {
      return []; // a line that was cut off when the process was killed
    }
  });
}

const messageIn = (message: unknown): unknown =>
  typeof message === 'string' && message.startsWith('{') ? JSON.parse(message) : message;

const isDecision = (given: unknown): given is DecisionRecord =>
  typeof given === 'object' && given !== null && (given as { kind?: unknown }).kind === 'decision';

/** @param to name of the origin that a route names, for those whose origin never answered */
export function timesOf(records: readonly DecisionRecord[], to: (route: string) => string | null): LogTimes {
  const asked = records.filter((each) => typeof each.originMs === 'number');
  const seen = new Map<string, string>();
  for (const { from, route } of asked) {
    const origin = answeredBy(from);
    if (origin !== null && route !== null) seen.set(route, origin);
  }
  const originOf = ({ from, route }: DecisionRecord): string =>
    answeredBy(from) ?? (route === null ? null : (to(route) ?? seen.get(route))) ?? '-';
  const seconds = new Map<string, number>();
  for (const { time } of records) seconds.set(time.slice(0, 19), (seconds.get(time.slice(0, 19)) ?? 0) + 1);
  const whole = sorted(asked.map((each) => each.ms));
  return {
    records: records.length,
    routes: grouped(asked, (each) => each.route ?? '-'),
    origins: grouped(asked, originOf),
    peakPerSecond: Math.max(0, ...seconds.values()),
    whole: { p50: quantile(whole, 0.5), p99: quantile(whole, 0.99) },
  };
}

function grouped(records: readonly DecisionRecord[], by: (record: DecisionRecord) => string): OriginTimes[] {
  const groups = new Map<string, DecisionRecord[]>();
  for (const record of records) {
    const group = groups.get(by(record));
    if (group) group.push(record);
    else groups.set(by(record), [record]);
  }
  return [...groups].map(([name, all]) => of(name, all)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function of(name: string, records: readonly DecisionRecord[]): OriginTimes {
  const failed = records.filter(({ code }) => failure(code));
  const cutOff = failed.filter(({ code }) => code === 'integration.origin.timeout').length;
  // A refused connection is over at once and says nothing about how long an answer takes; one that was given up does.
  const timed = records.filter(({ code }) => !failure(code) || code === 'integration.origin.timeout');
  const times = sorted(timed.map((each) => each.originMs ?? 0));
  return {
    name,
    count: records.length,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    p999: quantile(times, 0.999),
    max: times.at(-1) ?? 0,
    failures: failed.length,
    cutOff,
  };
}

const failure = (code: string | null): boolean => code?.startsWith('integration.') === true;

/** The origin's name in a record's `from`: `integration shop 10.0.3.7:8080`, also where a cache stored the answer. */
const answeredBy = (from: string): string | null => /(?:^|born of )integration (\S+)/.exec(from)?.[1] ?? null;

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** By nearest rank; 0 of nothing. */
const quantile = (ascending: readonly number[], share: number): number =>
  ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? 0;
