import { afterEach, describe, expect, it } from 'vitest';
import { exits, guarded } from './command.ts';

const before = process.exitCode;
afterEach(() => {
  process.exitCode = before;
});

async function said(message: string, json: boolean): Promise<string> {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  await guarded({ out: say, err: say, isTty: false }, json, () => Promise.reject(new Error(message)));
  expect(process.exitCode).toBe(exits.notInOrder);
  return lines.join('\n');
}

describe('a command that failed', () => {
  it.each([true, false])('for want of AWS credentials says how to give them (json: %s)', async (json) =>
    expect(await said('Could not load credentials from any providers', json)).toContain('set AWS_PROFILE'),
  );
  it.each([true, false])('for another reason says that (json: %s)', async (json) =>
    expect(await said('the disk is full', json)).toContain('the disk is full'),
  );
});
