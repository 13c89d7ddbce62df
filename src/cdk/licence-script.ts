import { isDisallowed, readOnlyFor } from '../events/edge-headers.ts';

/** Most bytes of a CloudFront Function. */
const mostBytes = 10_240;

export interface LicenceScriptOptions {
  /**
   * Where the licence stands, as in a document: `query:NAME`, `header:NAME` or `cookie:NAME`; the first place that has one
   * counts. `['query:license']` when left out.
   */
  readonly in?: readonly string[];
  /** Paths that need none: `/health`, or with `*` at the end all that begin so, `/assets/*`. */
  readonly open?: readonly string[];
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
  const code = `import cf from 'cloudfront';
var crypto = require('crypto');
var store = cf.kvs();
var places = ${literal(places)};
var open = ${literal(open)};

function refuse(status, says, code) {
  return { statusCode: status, statusDescription: says, headers: { 'cache-control': { value: 'no-store' }, 'x-sallyport-code': { value: code } } };
}

function unescaped(text) {
  try { return decodeURIComponent(text); } catch (error) { return text; }
}

function plain(text) {
  var blanks = text.split('+').join(' ');
  try { return decodeURIComponent(blanks); } catch (error) { return blanks.replace(/(?:%[0-9a-fA-F]{2})+/g, unescaped); }
}

function isOpen(uri) {
  if (/(?:^|[\\/\\\\])\\.\\.?(?:[\\/\\\\]|$)/.test(unescaped(uri).replace(/%2e/gi, '.').replace(/%2f|%5c/gi, '/'))) return false;
  for (var i = 0; i < open.length; i++) {
    var end = open[i].length - 1;
    if (open[i][end] === '*' ? uri.indexOf(open[i].slice(0, end)) === 0 : uri === open[i]) return true;
  }
  return false;
}

function take(request) {
  var found = '';
  var twice = false;
  for (var i = 0; i < places.length; i++) {
    var values = request[places[i][0]];
    var inQuery = places[i][0] === 'querystring';
    var names = Object.keys(values);
    var spellings = 0;
    for (var j = 0; j < names.length; j++) {
      if ((inQuery ? plain(names[j]) : names[j]) !== places[i][1]) continue;
      var one = values[names[j]];
      delete values[names[j]];
      spellings++;
      if (found !== '') continue;
      found = (one.multiValue ? one.multiValue[0] : one).value;
      if (inQuery) found = plain(found);
    }
    if (spellings > 1) twice = true;
  }
  return twice ? '' : found;
}

async function handler(event) {
  var request = event.request;
  if (isOpen(request.uri)) return request;
  var given = take(request);
  if (given === '') return refuse(401, 'Unauthorized', 'edge.licence.missing');
  var hash = crypto.createHash('sha256').update('licence\\n' + given).digest('hex');
  var found;
  try {
    var known = await store.exists(hash);
    if (!known) return refuse(403, 'Forbidden', 'edge.licence.unknown');
    found = await store.get(hash, { format: 'json' });
    if (typeof found !== 'object' || found === null) throw new Error('the record is no object');
    if (found.expiresAt !== undefined && found.expiresAt !== null && typeof found.expiresAt !== 'number') throw new Error('expiresAt is no number');
  } catch (error) {
    console.log('edge.licence.unavailable ' + error);
    return refuse(503, 'Service Unavailable', 'edge.licence.unavailable');
  }
  if (found.enabled === false) return refuse(403, 'Forbidden', 'edge.licence.unknown');
  if (typeof found.expiresAt === 'number' && found.expiresAt <= Date.now()) return refuse(403, 'Forbidden', 'edge.licence.expired');
  return request;
}
`;
  const bytes = new TextEncoder().encode(code).length;
  if (bytes > mostBytes)
    throw new Error(
      `the licence function has ${bytes} bytes, and a CloudFront Function may have ${mostBytes}: name fewer open paths`,
    );
  return code;
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
