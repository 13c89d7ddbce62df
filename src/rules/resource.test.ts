import { describe, expect, it } from 'vitest';
import { parseResourceKey, ResourceTable, type Resource } from './resource.ts';

const asked = (line: string): Resource => {
  const [method = '', path = ''] = line.split(' ');
  return { method, path, arn: `arn:aws:execute-api:us-east-1:000000000000:local/prod/${method}${path}` };
};
const found = (keys: readonly string[], line: string): string | null =>
  new ResourceTable(keys.map((key) => [key, key] as const)).find(asked(line))?.key ?? null;

const arn = (tail: string): string => `arn:aws:execute-api:us-east-1:*:*/prod/${tail}`;

describe('which entry of a resource map is taken', () => {
  const rows: readonly (readonly [keys: readonly string[], asked: string, wanted: string | null])[] = [
    // exact
    [['default', '/health', '/h*'], 'GET /health', '/health'],
    [['/health', 'GET /health'], 'GET /health', 'GET /health'],
    [['/health', 'GET /health'], 'POST /health', '/health'],
    [['GET /a', 'GET /*'], 'GET /a', 'GET /a'],
    [
      ['arn:aws:execute-api:us-east-1:000000000000:local/prod/GET/a', '/a*'],
      'GET /a',
      'arn:aws:execute-api:us-east-1:000000000000:local/prod/GET/a',
    ],
    [['arn:aws:execute-api:us-east-1:000000000000:local/prod/GET/a', '/a'], 'GET /a', '/a'],
    // the most specific wildcard
    [['/*', '/orders/*'], 'GET /orders/7', '/orders/*'],
    [['/orders/*', '/*/7'], 'GET /orders/7', '/orders/*'],
    [['/orders/*', 'POST /orders/*'], 'POST /orders/7', 'POST /orders/*'],
    [['/orders/*', 'POST /orders/*'], 'GET /orders/7', '/orders/*'],
    [['POST /*', '/orders/*'], 'POST /orders/7', '/orders/*'],
    [['/orders/*', '/orders/*/items'], 'GET /orders/7/items', '/orders/*/items'],
    [['/orders/?', '/orders/*'], 'GET /orders/7', '/orders/?'],
    [['/orders/?', '/orders/*'], 'GET /orders/77', '/orders/*'],
    [['/a/*/b', '/a/*'], 'GET /a/x/y/b', '/a/*/b'],
    // ARNs beside paths: from the stage on they count alike
    [['/*', arn('GET/*')], 'GET /a', arn('GET/*')],
    [['/orders/*', arn('*/*')], 'GET /orders/1', '/orders/*'],
    [[arn('GET/orders/*'), '/orders/*'], 'GET /orders/1', arn('GET/orders/*')],
    [[arn('GET/orders/*'), '/orders/*'], 'POST /orders/1', '/orders/*'],
    [[arn('GET/*'), arn('GET/orders/*')], 'GET /orders/1', arn('GET/orders/*')],
    [['arn:aws:execute-api:eu-west-1:*:*/prod/*', 'default'], 'GET /a', 'default'],
    // default, and nothing
    [['default'], 'DELETE /anything/at/all', 'default'],
    [['default', '/a'], 'GET /b', 'default'],
    [['/a', 'POST /*'], 'GET /b', null],
    [[], 'GET /', null],
    // spellings
    [['any /a', 'default'], 'PUT /a', 'any /a'],
    [['* /a', 'default'], 'PUT /a', '* /a'],
    [['get /a', 'default'], 'GET /a', 'get /a'],
    [['*', 'default'], 'GET /a/b', '*'],
    [['/a', 'default'], 'GET /A', 'default'],
    [['/a*', 'default'], 'GET /a/b/c', '/a*'],
    [['/a/*', 'default'], 'GET /a', 'default'],
    [['/a/*', 'default'], 'GET /a/', '/a/*'],
  ];

  it('has rows enough', () => expect(rows.length).toBeGreaterThanOrEqual(33));
  it.each(rows)('%j for %s: %s', (keys, line, wanted) => {
    expect(found(keys, line)).toBe(wanted);
    // The order in the document means nothing.
    expect(found([...keys].reverse(), line)).toBe(wanted);
  });
});

describe('keys that are none', () => {
  it.each([
    '',
    ' ',
    'orders',
    'POST',
    'POST orders',
    'POST  /orders',
    '/orders/{id}',
    'POST /{proxy+}',
    'arn:aws:s3:::bucket',
    'arn:aws:execute-api:x',
    'Default',
    'DEFAULT',
    'GET,POST /a',
    'P0ST /a',
    ' /a',
  ])('%j, with a hint', (key) => {
    const read = parseResourceKey(key);
    expect(read.kind).toBe('bad');
    if (read.kind === 'bad') expect(read.hint.length).toBeGreaterThan(5);
    expect(() => new ResourceTable([[key, 1]])).toThrow(TypeError);
  });
});
