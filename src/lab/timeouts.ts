import { duration, milliseconds, type Duration } from '../base/duration.ts';
import type { Document } from '../config/document.ts';
import { lambdaPrice } from './cost.ts';
import type { LogTimes, OriginTimes } from './origin-times.ts';
import { prices } from './prices.ts';

/** One origin: what the document waits, what was needed, and what to write. */
interface Patience {
  readonly origin: string;
  /** Milliseconds until the answer's header, as the document says: the shorter of `firstByte` and `total`. */
  readonly present: number;
  readonly measured: OriginTimes;
  /** For `timeouts.firstByte` and `timeouts.total`. */
  readonly proposed: Duration;
  readonly verdict: 'fits' | 'too short' | 'far too long';
  readonly says: string;
}

export interface TimeoutPlan {
  readonly ok: boolean;
  readonly origins: readonly Patience[];
  readonly lambda: {
    /** For the function's timeout: a second more than the longest proposal, for its own answer. */
    readonly timeout: Duration;
    readonly memoryMb: number;
    readonly reservedConcurrency: number;
    /** The rate that it was reckoned for, in requests a second. */
    readonly rate: number;
    /** Null, or why an API in front of it cannot wait that long. */
    readonly says: string | null;
  };
  /** Dollars an hour if every container is busy all the time, with requests as long as the median. */
  readonly worstHour: { readonly function: number; readonly api: number; readonly requests: number };
}

/** Room above the slowest of a thousand requests; a deployment or a busy neighbour must not turn answers into 504. */
const room = 2;
/** More than this many times what was proposed is patience that nobody ever needed: it only holds containers. */
const farAbove = 4;
/** Below this nothing is won by less patience, and much is lost by it. */
const leastMs = 1000;
/** A function behind API Gateway, which gives up after 29 s. */
const mostLambdaMs = 28_000;

/** Timeouts and concurrency from what was measured. `rate`: requests a second to reckon with, else the busiest second of the log. */
export function planTimeouts(
  document: Document,
  times: LogTimes,
  given: { readonly memoryMb: number; readonly rate?: number },
): TimeoutPlan {
  const origins = times.origins.flatMap((measured): Patience[] => {
    const timeouts = document.origins[measured.name]?.timeouts;
    if (!timeouts) return [];
    const present = Math.min(milliseconds(timeouts.firstByte) ?? 0, milliseconds(timeouts.total) ?? 0);
    return [patience(measured, present)];
  });
  const longest = Math.max(leastMs, ...origins.map(({ proposed }) => milliseconds(proposed) ?? 0));
  const lambdaMs = longest + 1000;
  const rate = given.rate ?? times.peakPerSecond;
  // Little's law, with the 99th percentile for the mean: a slow hour of the origin is inside.
  const reservedConcurrency = Math.max(1, Math.ceil((rate * times.whole.p99) / 1000));
  const call = Math.max(1, times.whole.p50);
  const requests = Math.round((reservedConcurrency * 3_600_000) / call);
  return {
    ok: origins.length > 0 && origins.every(({ verdict }) => verdict === 'fits') && lambdaMs <= mostLambdaMs,
    origins,
    lambda: {
      timeout: duration(lambdaMs),
      memoryMb: given.memoryMb,
      reservedConcurrency,
      rate,
      says:
        lambdaMs <= mostLambdaMs
          ? null
          : `API Gateway gives up after 29 s, so a function behind it has ${mostLambdaMs / 1000} s: use webhook mode (WebhookForwarder), or make the origin faster`,
    },
    worstHour: {
      function: (requests / 1_000_000) * lambdaPrice({ memoryMb: given.memoryMb, milliseconds: call }),
      api: (requests / 1_000_000) * prices.api.http,
      requests,
    },
  };
}

function patience(measured: OriginTimes, present: number): Patience {
  // Where more than one in a thousand was given up, the 99.9th percentile is the patience itself and not the origin's time.
  const blind = measured.cutOff > measured.count / 1000;
  const needed = roundedUp(Math.max(leastMs, measured.p999 * room, blind ? present * room : 0));
  const verdict =
    blind || present < measured.p999 ? 'too short' : present > needed * farAbove ? 'far too long' : 'fits';
  const proposed = duration(verdict === 'fits' ? present : needed);
  return {
    origin: measured.name,
    present,
    measured,
    proposed,
    verdict,
    says: words(verdict, measured, present, blind),
  };
}

function words(verdict: Patience['verdict'], measured: OriginTimes, present: number, blind: boolean): string {
  if (blind)
    return `${measured.cutOff} of ${measured.count} were given up after ${duration(present)}: how long they would have taken is not known; measure again with more patience`;
  if (verdict === 'too short') return `one in a thousand takes ${shown(measured.p999)} and more`;
  if (verdict === 'far too long')
    return `the slowest took ${shown(measured.max)}; an origin that hangs would hold a container for ${duration(present)}`;
  return '';
}

const shown = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** Up to half a second, from ten seconds on to a whole one: nobody writes 1437 ms into a document. */
const roundedUp = (ms: number): number => {
  const step = ms < 10_000 ? 500 : 1000;
  return Math.ceil(ms / step) * step;
};
