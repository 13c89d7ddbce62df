import { Command } from 'commander';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cost } from '../../src/cli/commands/cost.ts';
import type { DocumentInput } from '../../src/config/document.ts';
import { temporaryFolder } from '../support/folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder.remove();
  process.exitCode = undefined;
});

async function told(document: DocumentInput, ...more: string[]): Promise<string> {
  const file = folder.write('sallyport.config.json', JSON.stringify(document));
  const lines: string[] = [];
  const io = {
    out: (line: string) => void lines.push(line),
    err: (line: string) => void lines.push(line),
    isTty: false,
  };
  const program = new Command('sallyport').exitOverride();
  cost(program, io);
  await program.parseAsync(['cost', '--config', file, ...more], { from: 'user' });
  return lines.join('\n');
}
const document = (route: object): DocumentInput => ({
  origins: { shop: { url: 'https://shop.example.com' } },
  routes: { 'GET /a': { to: 'shop', ...route } },
});

it('says what it assumed, the defaults too', async () => {
  const said = await told(document({ throttle: { rate: 5, burst: 5 }, key: 'required' }));
  expect(said).toContain('100 million requests a month (--millions)');
  expect(said).toContain('50 ms that the line waits for the origin (--origin-ms)');
  expect(said).toContain('256/512 MB for authorizer and line');
  expect(said).toContain('a read and a write in DynamoDB for each of keys, throttles');
  expect(await told(document({}), '--origin-ms', '7', '--memory', '1024')).toMatch(
    / 7 ms that the line waits[^]* 1024 MB for authorizer[^]*nothing is counted/,
  );
});
it('a wait below nothing is refused', async () => {
  expect(await told(document({}), '--origin-ms=-1')).toContain('--origin-ms 0 or more');
});
