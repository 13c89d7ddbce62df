import { scriptBytes } from './script-bytes.ts';

/** What a CloudFront function finds around it; runs inside its context, before its code. */
export const preamble = `'use strict';
{
${scriptBytes}
  const host = globalThis.host;
  delete globalThis.host;
  const event = JSON.parse(host.event);
  const raw = host.rawQuery;
  Object.defineProperty(event.request, 'rawQueryString', { value: () => (raw === null ? undefined : raw), enumerable: false });
  const stored = host.store === null ? null : JSON.parse(host.store);
  const kvs = () => {
    if (stored === null) throw new Error('no KeyValueStore is associated with this function');
    return {
      get: async (key, options) => {
        if (!Object.prototype.hasOwnProperty.call(stored, key)) throw new Error('KeyNotFound: ' + key);
        const format = (options && options.format) || 'string';
        if (format === 'bytes') return Buffer.from(stored[key]);
        return format === 'json' ? JSON.parse(stored[key]) : stored[key];
      },
      exists: async (key) => Object.prototype.hasOwnProperty.call(stored, key),
      meta: async () => ({ creationDateTime: host.loaded, lastUpdatedDateTime: host.loaded, keyCount: Object.keys(stored).length }),
    };
  };
  const choose = (choice) => {
    if (host.moment !== 'viewer-request') throw new Error('the origin can be chosen at viewer-request only');
    host.origin = JSON.stringify(choice);
  };
  const cf = {
    kvs,
    updateRequestOrigin: (origin) => choose({ kind: 'update', origin: origin || {} }),
    selectRequestOriginById: (id, origin) => choose({ kind: 'select', id: String(id), origin: origin || null }),
    createRequestOriginGroup: (group) => choose({
      kind: 'group',
      ids: group.originIds.map((one) => String(one.originId)),
      statusCodes: (group.failoverCriteria && group.failoverCriteria.statusCodes) || [],
    }),
    logCustomData: (text) => host.log(encodeURIComponent(String(text)).slice(0, 800)),
    edgeLocation: { name: 'LOCAL', serverIp: '127.0.0.1', region: 'us-east-1' },
  };
  const hashing = (kind, key) => {
    let data = '';
    const it = { update: (text) => { data += text; return it; }, digest: (encoding) => host.hash(kind, key, data, encoding || 'hex') };
    return it;
  };
  const crypto = { createHash: (kind) => hashing(kind, null), createHmac: (kind, key) => hashing(kind, String(key)) };
  const querystring = {
    parse: (text) => {
      const found = Object.create(null);
      for (const part of String(text).split('&')) {
        if (part === '') continue;
        const at = part.indexOf('=');
        const name = decodeURIComponent(at < 0 ? part : part.slice(0, at));
        const value = at < 0 ? '' : decodeURIComponent(part.slice(at + 1));
        found[name] = name in found ? [].concat(found[name], value) : value;
      }
      return found;
    },
    stringify: (given) => Object.entries(given).flatMap(([name, value]) => [].concat(value).map((one) => encodeURIComponent(name) + '=' + encodeURIComponent(one))).join('&'),
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
  };
  const modules = { cloudfront: cf, crypto, querystring, buffer: { Buffer } };
  globalThis.require = (name) => {
    if (!(name in modules)) throw new Error('there is no module ' + name);
    return modules[name];
  };
  globalThis.console = { log: (text) => host.log(String(text)) };
  globalThis.__run = (handler) => {
    const failed = (error) => { host.failure = String((error && error.message) || error) || 'failed'; };
    try {
      Promise.resolve(handler(event)).then((value) => { host.result = value === undefined ? 'null' : JSON.stringify(value); }, failed);
    } catch (error) {
      failed(error);
    }
  };
}`;
