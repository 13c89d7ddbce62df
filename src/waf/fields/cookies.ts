import { definePairs } from '../field.ts';
import type { Transaction } from '../transaction.ts';

/** Cookies as they came: nothing is decoded, quotes stay, and a piece without `=` is a name. Nameless ones are left out. */
function cookies({ request, settings }: Transaction): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const [header, text] of request.headers) {
    if (header.length !== 6 || header.toLowerCase() !== 'cookie') continue;
    for (const piece of text.split(settings.cookieSeparator)) {
      if (found.length >= settings.bodyLimits.count) return found;
      const pair = piece.replace(/^\s+/, '');
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      if (name !== '') found.push([name, equals < 0 ? '' : pair.slice(equals + 1)]);
    }
  }
  return found;
}

const values = definePairs('REQUEST_COOKIES', 'request', 'Values of cookies, undecoded.', cookies);

export default [
  values,
  definePairs('REQUEST_COOKIES_NAMES', 'request', 'Names of cookies.', (transaction) =>
    transaction.read(values).map(({ key }) => [key, key] as const),
  ),
] as const;
