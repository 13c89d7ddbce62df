import { decodeForm } from '../http/query.ts';

/** What never leaves in a note, a record or a log line. */
const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-origin-verify',
  'x-hub-signature',
  'x-hub-signature-256',
  'x-amz-security-token',
]);

export const isSecretHeader = (name: string, more: ReadonlySet<string> = new Set()): boolean =>
  secretHeaders.has(name.toLowerCase()) || more.has(name.toLowerCase());

/** The shape of a value without its content: `••••(32)`. */
export const masked = (value: string): string => `••••(${value.length})`;

const secretNames =
  /^(?:api[-_]?key|key|token|access[-_]?token|secret|password|passwd|pwd|licen[cs]e(?:[-_]?key)?|signature|sig|code|auth)$/i;

/** Does a parameter of this name look like it holds a secret? */
export const isSecretName = (name: string, more: ReadonlySet<string> = new Set()): boolean =>
  secretNames.test(name) || more.has(name.toLowerCase());

/** A path with query, the values of parameters that look like secrets taken out. */
export function redactTarget(target: string, more: ReadonlySet<string> = new Set()): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const pairs = target
    .slice(mark + 1)
    .split('&')
    .map((pair) => redactPair(pair, more));
  return `${target.slice(0, mark)}?${pairs.join('&')}`;
}

/** Some write `;` for `&`: a secret behind one goes too, with all that follows, since it may hold a `;` itself. */
function redactPair(pair: string, more: ReadonlySet<string>): string {
  for (let at = pair.indexOf('='); at >= 0;) {
    const name = decodeForm(pair.slice(pair.lastIndexOf(';', at) + 1, at)); // `%74oken` is a token to whoever reads the query
    if (secretNames.test(name) || more.has(name.toLowerCase()))
      return `${pair.slice(0, at + 1)}${masked(pair.slice(at + 1))}`;
    const next = pair.indexOf(';', at);
    at = next < 0 ? -1 : pair.indexOf('=', next);
  }
  return pair;
}

/** A piece of a value, short enough for a log and free of line breaks and control characters. */
export function snippet(value: string, most = 80): string {
  const short = value.length > most ? `${value.slice(0, most)}…` : value;
  return short.replaceAll(/[\x00-\x1f\x7f]/g, '.');
}
