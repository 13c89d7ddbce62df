import { Duration } from 'aws-cdk-lib';
import { duration, milliseconds } from '../base/duration.ts';
import type { Document, DocumentInput } from '../config/document.ts';

/** API Gateway gives up after 29 s; an answer that comes later is answered to nobody. */
const gatewayMs = 28_000;
/** Lambda's own limit. */
const queueMs = 900_000;
/** The function's own last second: what ends before it is answered 504, what does not is a function that was stopped. */
const ownMs = 1000;

/**
 * How long a function that asks the document's origins may take, and the document with no origin waited for longer than
 * that. Throws where a timeout that somebody wrote, of an origin or as `given`, does not fit; defaults are shortened.
 */
export function inTime(
  document: Document,
  input: DocumentInput,
  queued: boolean,
  given: Duration | undefined,
): { readonly timeout: Duration; readonly fitting: DocumentInput } {
  const most = queued ? queueMs : gatewayMs;
  // An integration of another kind has patience of its own, which nobody knows here.
  const others = Object.values(document.routes).some(({ to }) => typeof to !== 'string');
  const longest = Math.max(
    ...Object.values(document.origins).map(({ timeouts }) => milliseconds(timeouts.total) ?? 0),
    others ? most - ownMs : 1000,
  );
  const ms = given?.toMilliseconds() ?? Math.min(Math.ceil(longest / 1000) * 1000 + ownMs, most);
  if (ms > most)
    throw new Error(
      queued
        ? `the function would have ${ms} ms, and Lambda gives it at most ${most}`
        : `the function would have ${ms} ms, and API Gateway waits for ${gatewayMs + 1000}: give it ${gatewayMs} or less, or use webhook mode (WebhookForwarder)`,
    );
  if (ms <= ownMs)
    throw new Error(
      `the function would have ${ms} ms; the last second is for its own answer, so nothing could be forwarded`,
    );
  const left = ms - ownMs;
  const wrong = writtenAbove(input, left);
  if (wrong.length > 0)
    throw new Error(
      `${wrong.join(', ')}: an origin cannot be waited for longer than ${duration(left)}, as ${
        given
          ? `the function has ${duration(ms)} and its last second is its own: write at most ${duration(left)}, or give a longer \`timeout\``
          : queued
            ? `Lambda has ${duration(most)} and the last second is its own: write at most ${duration(left)}`
            : `API Gateway gives up after 29 s: write at most ${duration(left)}, or use webhook mode (WebhookForwarder)`
      }; \`sallyport timeouts LOG\` says what was ever needed`,
    );
  const total = duration(Math.min(longest, left));
  const shortest = (text: string): string => ((milliseconds(text) ?? 0) > left ? total : text);
  const origins = Object.fromEntries(
    Object.entries(input.origins ?? {}).map(([name, origin]) => {
      const timeouts = document.origins[name]?.timeouts;
      if (!timeouts) return [name, origin];
      return [
        name,
        {
          ...origin,
          timeouts: { ...timeouts, total: shortest(timeouts.total), firstByte: shortest(timeouts.firstByte) },
        },
      ];
    }),
  );
  return { timeout: Duration.millis(ms), fitting: { ...input, origins } };
}

/** Timeouts that stand in the document and not in its defaults; an origin's patience is the shorter of its two. */
const writtenAbove = (input: DocumentInput, most: number): string[] =>
  Object.entries(input.origins ?? {}).flatMap(([name, { timeouts }]) =>
    (['firstByte', 'total'] as const).flatMap((word) => {
      const text = timeouts?.[word];
      return text !== undefined && (milliseconds(text) ?? 0) > most
        ? [`origins.${name}.timeouts.${word}: ${text}`]
        : [];
    }),
  );

/** How long API Gateway waits for such a function: a second more than it may take, and never its own 29 s for nothing. */
export const gatewayPatience = (timeout: Duration | undefined): Duration =>
  Duration.millis(Math.min((timeout?.toMilliseconds() ?? gatewayMs) + 1000, gatewayMs + 1000));
