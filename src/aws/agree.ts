import { isToken } from '../http/headers.ts';

/**
 * Events say some things twice. The rules read one place and a handler behind them may read the other, so an event whose
 * two places tell different requests is not taken.
 */

type Texts = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Texts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field that no request could have had; null when there is none. */
export function unsendable(name: string, values: readonly string[]): string | null {
  if (!isToken(name)) return `${JSON.stringify(name.slice(0, 60))} is no name of a field`;
  return values.some((value) => /[\0\r\n]/.test(value))
    ? `the field ${name.slice(0, 60)} has a line break in it`
    : null;
}

/** In words; null where everything that is said twice is the same. Types have been looked at before. */
export function disagreement(event: Texts): string | null {
  for (const [single, lists] of [
    ['headers', 'multiValueHeaders'],
    ['queryStringParameters', 'multiValueQueryStringParameters'],
  ] as const) {
    const name = isObject(event[single]) && isObject(event[lists]) ? unlisted(event[single], event[lists]) : null;
    if (name !== null) return `${single} and ${lists} disagree about ${name.slice(0, 60)}`;
  }
  for (const maps of ['headers', 'multiValueHeaders']) {
    for (const [name, given] of Object.entries(isObject(event[maps]) ? event[maps] : {})) {
      const odd = unsendable(name, (Array.isArray(given) ? given : [given]) as string[]);
      if (odd !== null) return odd;
    }
  }
  const about = isObject(event['requestContext']) ? event['requestContext'] : {};
  const http = isObject(about['http']) ? about['http'] : {};
  // serverless-offline names the route there, as it does in `routeKey`, and not the path that was asked for.
  const routed = typeof event['routeKey'] === 'string' && event['routeKey'].endsWith(` ${String(http['path'])}`);
  for (const [name, path, other] of [
    ['requestContext.path', event['path'], about['path']],
    ['requestContext.http.path', event['rawPath'], routed ? undefined : http['path']],
  ] as const) {
    if (typeof path === 'string' && typeof other === 'string' && !samePath(path, other))
      return `the path and ${name} disagree`;
  }
  return null;
}

/** The first name whose single value is none of its list's, nor all of them joined. Lists may know more names. */
function unlisted(single: Texts, lists: Texts): string | null {
  const values = new Map<string, string[]>();
  for (const [name, list] of Object.entries(lists)) {
    const known = values.get(name.toLowerCase()) ?? [];
    values.set(name.toLowerCase(), [...known, ...(Array.isArray(list) ? (list as string[]) : [])]);
  }
  for (const [name, value] of Object.entries(single)) {
    const list = values.get(name.toLowerCase());
    const fits = list?.some((each) => each === value) === true;
    if (!fits && list?.join(',') !== value && list?.join(', ') !== value) return name;
  }
  return null;
}

/** A stage or base path stands before one of the two, escapes are decoded in some events, and doubled slashes collapse. */
function samePath(left: string, right: string): boolean {
  const [a, b] = [plain(left), plain(right)];
  return left.startsWith('/') && right.startsWith('/') && (a.endsWith(b) || b.endsWith(a));
}

function plain(path: string): string {
  let text = path;
  for (let round = 0; round < 3 && text.includes('%'); round++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
  }
  return text.replaceAll(/\/+/g, '/').replace(/\/$/, '');
}
