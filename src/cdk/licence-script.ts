/** Most bytes of a CloudFront Function. */
const mostBytes = 10_240;

export interface LicenceScriptOptions {
  /** Where the licence or key stands. */
  readonly from: { readonly query: string } | { readonly header: string };
  /** Paths that need none, by beginning. */
  readonly open?: readonly string[];
}

/**
 * A licence check as a CloudFront Function (runtime 2.0) with a KeyValueStore: keys of the store are SHA-256 of the licences
 * in hex, so that a reader of the store learns none; values are `{"until": ms since 1970}` or `{}` for ever. The licence
 * is taken out of the request, so it is in no cache key and no origin's log. A broken store refuses with 503.
 */
export function licenceScript(options: LicenceScriptOptions): string {
  const inQuery = 'query' in options.from;
  const name = inQuery
    ? (options.from as { query: string }).query
    : (options.from as { header: string }).header.toLowerCase();
  const place = inQuery ? 'request.querystring' : 'request.headers';
  const code = `import cf from 'cloudfront';
var crypto = require('crypto');
var store = cf.kvs();
var name = ${JSON.stringify(name)};
var open = ${JSON.stringify(options.open ?? [])};

function refuse(status, says, code) {
  return { statusCode: status, statusDescription: says, headers: { 'cache-control': { value: 'no-store' }, 'x-sallyport-code': { value: code } } };
}

async function handler(event) {
  var request = event.request;
  for (var i = 0; i < open.length; i++) if (request.uri.indexOf(open[i]) === 0) return request;
  var given = ${place}[name];
  if (!given || !given.value || given.multiValue) return refuse(401, 'Unauthorized', 'licence.missing');
  if (given.value.length > 256) return refuse(403, 'Forbidden', 'licence.unknown');
  var hash = crypto.createHash('sha256').update(given.value).digest('hex');
  var found;
  try {
    if (!(await store.exists(hash))) return refuse(403, 'Forbidden', 'licence.unknown');
    found = await store.get(hash, { format: 'json' });
  } catch (error) {
    console.log('licence.store ' + error);
    return refuse(503, 'Service Unavailable', 'licence.store');
  }
  if (found.until && found.until < Date.now()) return refuse(403, 'Forbidden', 'licence.ended');
  delete ${place}[name];
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
