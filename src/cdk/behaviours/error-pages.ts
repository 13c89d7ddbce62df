import type { Document } from '../../config/document.ts';
import { ms } from '../../config/words.ts';
import type { Page } from './page.ts';
import { inPage } from './page.ts';
import type { Said } from './said.ts';

export interface ErrorShape {
  readonly status: number;
  /** Seconds that the error is kept at least; null: CloudFront's own ten. */
  readonly seconds: number | null;
  readonly page: string | null;
  readonly shownAs: number | null;
}

/** Statuses for which CloudFront has a page or a time. */
const configurable = new Set([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
/** Statuses that it keeps although the origin named no time. */
const keptUntold = [404, 414, 500, 501, 502, 503, 504];
const shown = new Set([200, ...configurable]);
const list = [...configurable].join(', ');

/** Error pages, and how long errors are kept: of the whole distribution, where the document says the latter by behaviour. */
export function errorShapes(edge: NonNullable<Document['edge']>, pages: readonly Page[], said: Said): ErrorShape[] {
  const times = errorTimes(pages, said);
  const statuses = new Set([...times.keys(), ...Object.keys(edge.errors).map(Number)]);
  const shapes: ErrorShape[] = [];
  for (const status of [...statuses].sort((a, b) => a - b)) {
    const own = edge.errors[String(status)];
    if (own && !configurable.has(status)) {
      said.wrong(
        ['edge', 'errors', String(status)],
        `CloudFront has pages for ${list}: let the origin answer ${status}`,
      );
      continue;
    }
    const shownAs = own ? (own.status ?? status) : null;
    if (shownAs !== null && !shown.has(shownAs))
      said.wrong(
        ['edge', 'errors', String(status), 'status'],
        `CloudFront shows a page with 200, ${list}, not ${shownAs}: write one of them`,
      );
    shapes.push({ status, seconds: times.get(status) ?? null, page: own?.page ?? null, shownAs });
  }
  return shapes;
}

function errorTimes(pages: readonly Page[], said: Said): ReadonlyMap<number, number> {
  const kept = pages.filter(({ behaviour: { cache } }) => cache && cache.managed !== 'CachingDisabled');
  const ownRules = (page: Page): boolean =>
    page.behaviour.cache?.semantics === 'cloudfront' || page.behaviour.cache?.managed !== undefined;
  const times = new Map<number, number>();
  const by = new Map<number, number>();
  for (const page of kept)
    for (const [text, time] of Object.entries(page.behaviour.cache?.errors ?? {})) {
      const status = Number(text);
      const path = inPage(page, 'cache', 'errors', text);
      const seconds = ms(time) / 1000;
      if (!ownRules(page))
        said.wrong(path, 'counts under `semantics: "cloudfront"` alone: write that, or leave it out');
      // What CloudFront keeps for no time anyway needs no word.
      else if (!configurable.has(status)) {
        if (seconds > 0)
          said.wrong(path, `CloudFront keeps ${list} for a time of one's own, not ${text}: leave it out`);
      } else if (!Number.isInteger(seconds)) said.wrong(path, `CloudFront counts whole seconds, not ${time}`);
      else if (times.has(status) && times.get(status) !== seconds)
        said.wrong(
          path,
          `a distribution keeps an error for one time, and edge.behaviours[${by.get(status)}] says ${times.get(status)}s: write the same in both`,
        );
      else {
        times.set(status, seconds);
        by.set(status, page.at);
      }
    }
  // A refusal is never kept unasked: the next viewer may be let in.
  if (!times.has(403)) times.set(403, 0);
  // Under RFC 9111 an error without a lifetime is not kept.
  if (kept.some((page) => !ownRules(page)))
    for (const status of keptUntold) if (!times.has(status)) times.set(status, 0);
  return times;
}
