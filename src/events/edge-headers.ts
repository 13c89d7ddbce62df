import { HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import { define } from './parts.ts';

/** Header fields as Lambda@Edge events have them, and what a function may do to them. */
export type EdgeHeaders = Readonly<Record<string, readonly { readonly key?: string; readonly value: string }[]>>;

export type Moment = 'viewer-request' | 'origin-request' | 'origin-response' | 'viewer-response';

/** Never shown to a function, and an error when it adds one. */
const disallowed =
  /^(?:connection|expect|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|trailer|upgrade|x-accel-(?:buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-(?:auth|cf-billing|cf-id|cf-xff|errortype|fle-profile|header-count|header-order|lambda-integration-tag|requestid)|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

export const isDisallowed = (name: string): boolean => disallowed.test(name);

/** May be read but neither changed nor added nor taken away. */
const readOnly: Readonly<Record<Moment, ReadonlySet<string>>> = {
  'viewer-request': new Set(['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via']),
  'origin-request': new Set([
    'accept-encoding',
    'cdn-loop',
    'content-length',
    'if-modified-since',
    'if-none-match',
    'if-range',
    'if-unmodified-since',
    'transfer-encoding',
    'via',
  ]),
  'origin-response': new Set(['transfer-encoding', 'via']),
  'viewer-response': new Set(['warning', 'via', 'content-length', 'content-encoding', 'transfer-encoding']),
};

const readOnlyInScripts: Readonly<Record<'viewer-request' | 'viewer-response', ReadonlySet<string>>> = {
  'viewer-request': readOnly['viewer-request'],
  'viewer-response': new Set(['warning', 'via']),
};

export const readOnlyFor = (moment: Moment, script: boolean): ReadonlySet<string> =>
  script && (moment === 'viewer-request' || moment === 'viewer-response')
    ? readOnlyInScripts[moment]
    : readOnly[moment];

/** `content-type` to `Content-Type`. */
export const capitalised = (name: string): string =>
  name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());

export function toEdgeHeaders(headers: HeaderList): Record<string, { key: string; value: string }[]> {
  const made: Record<string, { key: string; value: string }[]> = {};
  for (const [at, name] of headers.names.entries()) {
    if (isDisallowed(name)) continue;
    const one = { key: headers.flat[at * 2] as string, value: headers.flat[at * 2 + 1] as string };
    const lines = Object.hasOwn(made, name) ? made[name] : undefined;
    if (lines) lines.push(one);
    else define(made, name, [one]);
  }
  return made;
}

/** What a function made of the header fields; a text says why it is not allowed. */
export function fromEdgeHeaders(given: unknown, before: HeaderList, fixed: ReadonlySet<string>): HeaderList | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'headers is not an object';
  const flat: string[] = [];
  for (const [name, values] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!isToken(name)) return `"${name}" is no header name`;
    if (isDisallowed(lower)) return `the header ${lower} is not allowed`;
    if (!Array.isArray(values)) return `the header ${lower} is not a list`;
    for (const each of values as unknown[]) {
      const { key, value } = (each ?? {}) as { readonly key?: unknown; readonly value?: unknown };
      if (typeof value !== 'string' && typeof value !== 'number') return `the header ${lower} has no value`;
      const written = typeof key === 'string' && key !== '' ? key : capitalised(lower);
      if (written.toLowerCase() !== lower) return `the key "${written}" is not the header ${lower}`;
      if (!isFieldValue(String(value))) return `the value of ${lower} has characters that no header may have`;
      flat.push(written, String(value));
    }
  }
  const made = HeaderList.fromFlat(flat);
  for (const name of fixed) {
    if (made.all(name).join('\n') !== before.all(name).join('\n')) return `the header ${name} is read-only here`;
  }
  // Fields that functions never see stay what they were.
  const hidden = before.names.flatMap((name, at) =>
    isDisallowed(name) ? [before.flat[at * 2] as string, before.flat[at * 2 + 1] as string] : [],
  );
  return HeaderList.fromFlat([...made.flat, ...hidden]);
}
