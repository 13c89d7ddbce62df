import { describe, expect, it } from 'vitest';
import { ask, isOrigin } from './ask.ts';

const start = { origin: 'http://127.0.0.1:3000', port: 8080, key: true, rate: 10 };

/** Answers line by line; says what was asked. */
const answering = (
  lines: string[],
): { readonly asked: string[]; readonly question: (text: string) => Promise<string> } => {
  const asked: string[] = [];
  return {
    asked,
    question: async (text) => {
      asked.push(text);
      const line = lines.shift();
      if (line === undefined) throw new Error('no line is left');
      return line;
    },
  };
};

describe('the questions of init', () => {
  it('empty answers take what is usual', async () => {
    const { asked, question } = answering(['', '', ' ', '']);
    expect(await ask(start, question)).toEqual(start);
    expect(asked).toHaveLength(4);
  });

  it('what is no origin, port, yes or rate is asked again, with a hint', async () => {
    const { asked, question } = answering([
      'shop',
      'https://shop.test/path',
      'https://shop.test',
      'eighty',
      '70000',
      '-1',
      '80',
      'perhaps',
      'N',
      'many',
      '0',
      '2.5',
    ]);
    expect(await ask(start, question)).toEqual({ origin: 'https://shop.test', port: 80, key: false, rate: 2.5 });
    expect(asked).toHaveLength(12);
    expect(asked[4]).toMatch(/^That is no port; .*\n.*\[8080\] $/);
  });

  it('broken off is broken off', async () => {
    await expect(ask(start, answering(['']).question)).rejects.toThrow('no line is left');
  });

  it.each([
    ['http://127.0.0.1:3000', true],
    ['https://[::1]:3000', true],
    ['http://a.test/', false],
    ['a.test:80', false],
    ['http://a b', false],
    ['http://a:port', false],
  ])('%s is an origin: %s', (text, is) => expect(isOrigin(text)).toBe(is));
});
