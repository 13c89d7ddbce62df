import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from './confirm.ts';

const asked = async (answer: (input: PassThrough) => void): Promise<readonly [answer: string, shown: string]> => {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  const result = confirm('Deploy this?', input, output);
  answer(input);
  return [await result, String(output.read())];
};

describe('a question before something is done', () => {
  it.each([
    ['y\n', 'yes'],
    ['YES \n', 'yes'],
    ['\n', 'no'],
    ['n\n', 'no'],
    ['yess\n', 'no'],
    ['yes please\n', 'no'],
  ])('%j is %s', async (typed, answer) => {
    const [got, shown] = await asked((input) => input.write(typed));
    expect([got, shown.includes('Deploy this? [y/N]')]).toEqual([answer, true]);
  });
  it('a terminal that goes away is no yes', async () =>
    expect((await asked((input) => input.end()))[0]).toBe('broken off'));
  it('nor is Ctrl-C', async () => expect((await asked((input) => input.write('\x03')))[0]).toBe('broken off'));
  it('nor what was typed before it', async () =>
    expect((await asked((input) => input.write('y\x03')))[0]).toBe('broken off'));
});
