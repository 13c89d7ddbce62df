import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRouteKey, Router, type RouteKey } from './router.ts';

const routerOf = (keys: readonly string[]): Router<string> => {
  const router = new Router<string>();
  for (const key of keys) router.add(parseRouteKey(key) as RouteKey, key);
  return router;
};

describe('which route is taken', () => {
  const all = [
    'GET /',
    'GET /orders',
    'GET /orders/{id}',
    'GET /orders/new',
    'ANY /orders/{id}',
    'GET /orders/{id}/items',
    'GET /orders/{proxy+}',
    'POST /{proxy+}',
    'GET /a/{b}/c',
    'GET /a/x/{d}',
    '$default',
  ];
  it.each([
    ['GET /', 'GET /', {}],
    ['GET /orders', 'GET /orders', {}],
    ['GET /orders/7', 'GET /orders/{id}', { id: '7' }],
    ['DELETE /orders/7', 'ANY /orders/{id}', { id: '7' }],
    ['GET /orders/new', 'GET /orders/new', {}],
    ['PUT /orders/new', 'ANY /orders/{id}', { id: 'new' }],
    ['GET /orders/7/items', 'GET /orders/{id}/items', { id: '7' }],
    ['GET /orders/7/items/1', 'GET /orders/{proxy+}', { proxy: '7/items/1' }],
    ['GET /orders/', 'GET /orders/{proxy+}', { proxy: '' }],
    ['POST /orders', 'POST /{proxy+}', { proxy: 'orders' }],
    ['POST /', 'POST /{proxy+}', { proxy: '' }],
    ['GET /a/x/c', 'GET /a/x/{d}', { d: 'c' }],
    ['GET /a/y/c', 'GET /a/{b}/c', { b: 'y' }],
    ['GET /ORDERS', '$default', {}],
    ['PUT /nowhere', '$default', {}],
    ['GET /constructor', '$default', {}],
  ])('%s: %s', (line, wanted, params) => {
    const [method = '', path = ''] = line.split(' ');
    for (const keys of [all, [...all].reverse()])
      expect(routerOf(keys).find(method, path)).toEqual({ value: wanted, params });
  });

  it('nothing without a default', () => expect(routerOf(['GET /a']).find('GET', '/b')).toBeNull());
});

describe('against a search through all routes', () => {
  const segment = fc.constantFrom('a', 'b', '{x}', '{y}');
  const key = fc
    .tuple(fc.constantFrom('GET', 'POST', 'ANY'), fc.uniqueArray(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([method, segments, rest]) => `${method} /${[...segments, ...(rest ? ['{z+}'] : [])].join('/')}`);
  const rank = (text: string): string => (text.startsWith('{') ? (text.endsWith('+}') ? '2' : '1') : '0');

  /** Plain and slow: all routes that fit, the better one segment by segment from the left. */
  const slow = (keys: readonly string[], method: string, path: string): string | null => {
    const asked = path.slice(1).split('/');
    const fits = keys.filter((each) => {
      const [own = '', template = ''] = each.split(' ');
      const parts = template.slice(1).split('/');
      const rest = parts.at(-1)?.endsWith('+}') === true;
      if (own !== 'ANY' && own !== method) return false;
      if (rest ? asked.length < parts.length : asked.length !== parts.length) return false;
      return parts.every(
        (part, at) => part.endsWith('+}') || (part.startsWith('{') ? asked[at] !== '' : part === asked[at]),
      );
    });
    const order = (each: string): string =>
      `${each.split(' ')[1]?.slice(1).split('/').map(rank).join('')}${each.startsWith('ANY') ? '1' : '0'}`;
    return fits.sort((left, right) => (order(left) < order(right) ? -1 : 1))[0] ?? null;
  };

  it('finds the same', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 8, selector: (each) => each.replaceAll(/\{[xy]\}/g, '{}') }),
        fc.constantFrom('GET', 'POST', 'PUT'),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
        (keys, method, segments) => {
          const path = `/${segments.join('/')}`;
          expect(routerOf(keys).find(method, path)?.value ?? null).toBe(slow(keys, method, path));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('route keys', () => {
  it.each([
    '',
    'GET',
    'get /a',
    'GET a',
    '/a',
    'GET /{a}{b}',
    'GET /x{a}',
    'GET /{a+}/b',
    'GET /{a}/{a}',
    'GET /{}',
    'GET /{a',
    '$Default',
  ])('%j is none, and says why', (key) => {
    expect(typeof parseRouteKey(key)).toBe('string');
  });

  it('two of the same shape are refused', () => {
    expect(() => routerOf(['GET /a/{b}', 'GET /a/{c}'])).toThrow(TypeError);
    expect(() => routerOf(['GET /{a+}', 'GET /{b+}'])).toThrow(TypeError);
    expect(() => routerOf(['GET /a/{b}', 'ANY /a/{b}'])).not.toThrow();
  });
});
