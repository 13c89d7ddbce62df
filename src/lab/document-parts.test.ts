import { describe, expect, it } from 'vitest';
import { parseDocument } from '../config/parse.ts';
import { documentParts } from './document-parts.ts';
import { fronts, type Front } from './fronts.ts';

const parsed = (given: object) => {
  const { document, issues } = parseDocument(given);
  if (document === null) throw new Error(JSON.stringify(issues));
  return document;
};
const origins = { main: { url: 'https://origin.example.com' } };
const api = {
  origins,
  routes: { 'GET /a': { to: 'main', key: 'required' }, 'GET /b': { to: 'main', throttle: { rate: 5, burst: 10 } } },
};
const licensed = (from: object) => ({
  origins,
  edge: { behaviours: [{ path: '*', origin: 'main', licences: true }], licences: { from } },
});
const runs = (given: object, front: Front): Readonly<Record<string, string | null>> =>
  Object.fromEntries(documentParts(parsed(given), front).map((each) => [each.part, each.runs]));

describe('where the parts of a document run', () => {
  it.each([
    [
      'routes and what they ask for: the line',
      api,
      'http-api',
      { routes: 'function', keys: 'function', throttles: 'function' },
    ],
    [
      'throttles of the whole document are counted too',
      { origins, routes: { 'GET /a': { to: 'main' } }, throttles: { perAddress: { rate: 5, burst: 10 } } },
      'http-api',
      { routes: 'function', throttles: 'function' },
    ],
    [
      'behind an authorizer nobody would ask for a key',
      api,
      'authorizer',
      { routes: 'your-backend', keys: null, throttles: null },
    ],
    [
      'a list of licences: a CloudFront Function',
      licensed({ list: { k: {} } }),
      'cloudfront',
      { 'edge.behaviours': 'cloudfront', 'edge.licences': 'edge-script' },
    ],
    [
      'a quota has to be counted',
      licensed({ list: { k: { quota: 5 } } }),
      'cloudfront',
      { 'edge.licences': 'function' },
    ],
    ['keys of the store may have one', licensed({ store: true }), 'cloudfront', { 'edge.licences': 'function' }],
    ['the origin decides', licensed({ origin: true }), 'cloudfront', { 'edge.licences': 'origin' }],
    ['without CloudFront the line asks', licensed({ list: { k: {} } }), 'rest-api', { 'edge.licences': 'function' }],
    [
      'behind a WebSocket API nobody does',
      licensed({ list: { k: {} } }),
      'websocket',
      { 'edge.licences': null, 'edge.behaviours': null },
    ],
  ] as const)('%s', (_, given, front, expected) => {
    expect(runs(given, front)).toMatchObject(expected);
  });
  it('what runs nowhere says what to do instead', () => {
    const [, keys] = documentParts(parsed(api), 'authorizer');
    expect(keys).toMatchObject({
      part: 'keys',
      why: expect.stringContaining('Instead: put the whole line into the path'),
    });
  });
  it('a document without parts has none, behind any front', () => {
    for (const front of fronts) expect(documentParts(parsed({}), front)).toEqual([]);
  });
});
