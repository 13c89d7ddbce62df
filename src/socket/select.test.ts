import { describe, expect, it } from 'vitest';

import { notJson, parseSelection, type Selection } from './select.ts';

const rows: readonly (readonly [expression: string, body: unknown, key: string])[] = [
  ['$request.body.action', { action: 'say' }, 'say'],
  ['$request.body.action', { action: 7 }, '7'],
  ['$request.body.action', { action: true }, 'true'],
  ['$request.body.action', { action: null }, ''],
  ['$request.body.action', {}, ''],
  ['$request.body.action', 'a text', ''],
  ['$request.body.action', null, ''],
  ['$request.body.action', notJson, ''],
  ['$request.body.toString', {}, ''],
  ['$request.body.__proto__', {}, ''],
  ['${request.body.a.b}', { a: { b: 'deep' } }, 'deep'],
  ['$request.body.a.b', { a: { b: 'deep' } }, 'deep'],
  ['$request.body.list[0]', { list: ['first', 'second'] }, 'first'],
  ['$request.body.list[1].name', { list: [{}, { name: 'x' }] }, 'x'],
  ['$request.body.list[9]', { list: [] }, ''],
  ['$request.body.list[0]', { list: { 0: 'not a list' } }, ''],
  ['${request.body.type}.${request.body.name}', { type: 'chat', name: 'say' }, 'chat.say'],
  ['v1-$request.body.action', { action: 'say' }, 'v1-say'],
  ['v1-$request.body.action', notJson, ''],
  ['\\$$request.body.action', { action: 'x' }, '$x'],
  // One pass: what was found is not looked at again.
  ['$request.body.action', { action: '$request.body.other', other: 'no' }, '$request.body.other'],
  ['$request.body.o', { o: { a: 1 } }, '{"a":1}'],
  ['fixed', {}, 'fixed'],
];

describe('route selection', () => {
  it('has 23 rows', () => expect(rows.length).toBe(23));
  for (const [expression, body, key] of rows) {
    it(`WR-1: ${expression} in ${body === notJson ? 'no JSON' : JSON.stringify(body)} is "${key}"`, () => {
      const selection = parseSelection(expression);
      expect(typeof selection).toBe('object');
      expect((selection as Selection).key(body)).toBe(key);
    });
  }
  it('says what it wanted where an expression is none', () => {
    for (const wrong of ['', '$context.x', '$request.header.x', '${request.body.a', 'a$b']) {
      expect(parseSelection(wrong), wrong).toMatch(/^wanted an expression/);
    }
  });
});
