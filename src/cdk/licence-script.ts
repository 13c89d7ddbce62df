import { isDisallowed, readOnlyFor } from '../events/edge-headers.ts';

/** Most bytes of a CloudFront Function. */
export const mostScriptBytes = 10_240;

export interface LicenceScriptOptions {
  /**
   * Where the licence stands, as in a document: `query:NAME`, `header:NAME` or `cookie:NAME`; the first place that has one
   * counts. `['query:license']` when left out.
   */
  readonly in?: readonly string[];
  /** Paths that need none: `/health`, or with `*` at the end all that begin so, `/assets/*`. */
  readonly open?: readonly string[];
  /** Who gets in while the store cannot be asked; nobody (`closed`) when left out. */
  readonly onFault?: 'closed' | 'open';
  /** Leaves the licence in the request, for an origin that shall see it. */
  readonly forward?: boolean;
  /** `presence`: a licence has to be there, and the origin decides about it; no store is asked. */
  readonly check?: 'store' | 'presence';
  /** Text of a CloudFront Function of your own for the same moment: it is called with what the check lets in. */
  readonly then?: string;
}

/** What a document calls them, and the member of a function's request that has them. */
const members = { query: 'querystring', header: 'headers', cookie: 'cookies' } as const;

/**
 * The licence check of a document's edge as a CloudFront Function (runtime 2.0) with a KeyValueStore, with the same answers:
 * 401 `edge.licence.missing`, 403 `.unknown` (revoked ones too) and `.expired`, 503 `.unavailable`. Keys of the store are
 * SHA-256 of `licence\n` and the licence in hex, as in the document's own store, so that a reader of it learns none; values
 * are JSON: `{}`, or with `expiresAt` (ms since 1970) and `enabled`. The licence is taken out of the request, so it is in no
 * cache key and no origin's log. Quotas are not counted: a function at the edge can write nothing. Throws where a place or
 * path cannot be had, or the text would be longer than CloudFront takes.
 *
 * The text keeps to what the oldest engine of that kind takes: no `for of`, no destructuring, no `?.`, no closures with `await`.
 */
export function licenceScript(options: LicenceScriptOptions = {}): string {
  const places = (options.in ?? ['query:license']).map((text) => placeOf(text));
  if (places.length === 0) throw new Error('a licence stands nowhere: name a place, e.g. "query:license"');
  const open = (options.open ?? []).map((path) => {
    if (!/^\/[^*?]*\*?$/.test(path))
      throw new Error(`"${path}" is no open path: wanted one such as "/health", or with one * at the end, "/assets/*"`);
    return path;
  });
  const stored = options.check !== 'presence';
  const own = options.then === undefined ? null : asOwn(options.then);
  // Beside a text of somebody else's the names of ours must not meet its own.
  const p = own ? 'licence_' : '';
  const cf = own?.cf ?? 'cf';
  const code = `${stored && !own?.cf ? `import cf from 'cloudfront';\n` : ''}${own ? `${own.code}\n` : ''}${stored ? `var ${p}crypto = require('crypto');\nvar ${p}store = ${cf}.kvs();\n` : ''}var ${p}places = ${literal(places)};
var ${p}open = ${literal(open)};

function ${p}refuse(status, says, code) {
  return { statusCode: status, statusDescription: says, headers: { 'cache-control': { value: 'no-store' }, 'x-sallyport-code': { value: code } } };
}

function ${p}unescaped(text) {
  try { return decodeURIComponent(text); } catch (error) { return text; }
}

function ${p}plain(text) {
  var blanks = text.split('+').join(' ');
  try { return decodeURIComponent(blanks); } catch (error) { return blanks.replace(/(?:%[0-9a-fA-F]{2})+/g, ${p}unescaped); }
}

function ${p}isOpen(uri) {
  if (/(?:^|[\\/\\\\])\\.\\.?(?:[\\/\\\\]|$)/.test(${p}unescaped(uri).replace(/%2e/gi, '.').replace(/%2f|%5c/gi, '/'))) return false;
  for (var i = 0; i < ${p}open.length; i++) {
    var end = ${p}open[i].length - 1;
    if (${p}open[i][end] === '*' ? uri.indexOf(${p}open[i].slice(0, end)) === 0 : uri === ${p}open[i]) return true;
  }
  return false;
}

function ${p}take(request) {
  var found = '';
  var twice = false;
  for (var i = 0; i < ${p}places.length; i++) {
    var values = request[${p}places[i][0]];
    var inQuery = ${p}places[i][0] === 'querystring';
    var names = Object.keys(values);
    var spellings = 0;
    for (var j = 0; j < names.length; j++) {
      if ((inQuery ? ${p}plain(names[j]) : names[j]) !== ${p}places[i][1]) continue;
      var one = values[names[j]];
${options.forward === true ? '' : '      delete values[names[j]];\n'}      spellings++;
      if (found !== '') continue;
      found = (one.multiValue ? one.multiValue[0] : one).value;
      if (inQuery) found = ${p}plain(found);
    }
    if (spellings > 1) twice = true;
  }
  return twice ? '' : found;
}

async function ${own ? `${p}check` : 'handler'}(event) {
  var request = event.request;
  if (${p}isOpen(request.uri)) return request;
  var given = ${p}take(request);
  if (given === '') return ${p}refuse(401, 'Unauthorized', 'edge.licence.missing');
${stored ? asked(p, options.onFault === 'open') : ''}  return request;
}
${own ? called : ''}`;
  const bytes = new TextEncoder().encode(code).length;
  if (bytes > mostScriptBytes)
    throw new Error(
      `the licence function has ${bytes} bytes, and a CloudFront Function may have ${mostScriptBytes}: name fewer open paths${own ? ', or make the function beside it shorter' : ''}`,
    );
  return code;
}

/** What is asked of the store. */
const asked = (
  p: string,
  open: boolean,
): string => `  var hash = ${p}crypto.createHash('sha256').update('licence\\n' + given).digest('hex');
  var found;
  try {
    var known = await ${p}store.exists(hash);
    if (!known) return ${p}refuse(403, 'Forbidden', 'edge.licence.unknown');
    found = await ${p}store.get(hash, { format: 'json' });
    if (typeof found !== 'object' || found === null) throw new Error('the record is no object');
    if (found.expiresAt !== undefined && found.expiresAt !== null && typeof found.expiresAt !== 'number') throw new Error('expiresAt is no number');
  } catch (error) {
    console.log('edge.licence.unavailable ' + error);
    ${open ? 'found = {};' : `return ${p}refuse(503, 'Service Unavailable', 'edge.licence.unavailable');`}
  }
  if (found.enabled === false) return ${p}refuse(403, 'Forbidden', 'edge.licence.unknown');
  if (typeof found.expiresAt === 'number' && found.expiresAt <= Date.now()) return ${p}refuse(403, 'Forbidden', 'edge.licence.expired');
`;

const called = `
async function handler(event) {
  var licence_said = await licence_check(event);
  if (licence_said.statusCode) return licence_said;
  event.request = licence_said;
  var licence_answer = await ownHandler(event);
  return licence_answer;
}
`;

/** A function of the user's that ours calls: its `handler` has another name then. Throws where that cannot be told. */
function asOwn(code: string): { readonly code: string; readonly cf: string | null } {
  const declared = /^([ \t]*(?:async[ \t]+)?function[ \t]+)handler(?=[ \t]*\()/m;
  if (!declared.test(code) || code.match(/\bhandler\b/g)?.length !== 1)
    throw new Error(
      'CloudFront calls one function at a moment, so the licence check has to call this one: declare it as `function handler(event)`, and have the word nowhere else in it',
    );
  const cf = /^[ \t]*import[ \t]+(\w+)[ \t]+from[ \t]+['"]cloudfront['"]/m.exec(code)?.[1] ?? null;
  return { code: code.replace(declared, '$1ownHandler'), cf };
}

function placeOf(text: string): readonly [member: string, name: string] {
  const [, place, name] = /^(query|header|cookie):(.+)$/.exec(text) ?? [];
  if (!place || !name)
    throw new Error(`"${text}" is no place of a licence: wanted "query:NAME", "header:NAME" or "cookie:NAME"`);
  if (place !== 'header') return [members[place as 'query' | 'cookie'], name];
  const lower = name.toLowerCase();
  // Cookies have a member of their own; taking one of the others away is answered with 502.
  if (lower === 'cookie' || isDisallowed(lower) || readOnlyFor('viewer-request', true).has(lower))
    throw new Error(`a CloudFront Function may not take the header ${lower} away: let the licence stand in another`);
  return [members.header, lower];
}

/** JSON, in characters that every engine takes between quotes. */
const literal = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
