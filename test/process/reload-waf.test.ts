import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEdge, type RunningChild } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

let folder: ReturnType<typeof temporaryFolder>;
let edge: RunningChild | undefined;

const rule = (word: string): string => `SecRule ARGS "@contains ${word}" "id:1,phase:2,deny"\n`;

beforeEach(async () => {
  folder = temporaryFolder({
    'sallyport.config.json': JSON.stringify({
      listen: { port: 0, shutdown: '300ms' },
      admin: { port: 0 },
      logging: { sinks: [] },
      waf: { use: 'rules', rules: { after: ['rules/*.conf'] } },
      routes: { 'GET /': { to: { use: 'mock', with: { status: 200 } } } },
    }),
  });
  mkdirSync(join(folder.path, 'rules'));
  folder.write('rules/10-words.conf', rule('bomb'));
  edge = await startEdge(folder.path);
});
afterEach(async () => {
  await edge?.close();
  edge = undefined;
  folder.remove();
});

/** As an editor does it: a new file, renamed over the old. */
const replace = (name: string, text: string): void =>
  renameSync(folder.write('next.txt', text), join(folder.path, 'rules', name));
const log = (): string => `${edge!.out()}${edge!.err()}`;
const status = async (word: string): Promise<number> => (await fetch(`${edge!.url}/?q=${word}`)).status;

describe('firewall rules of a running edge', () => {
  it('are taken up when a file of them changes, or a new one comes', { timeout: 60_000 }, async () => {
    expect([await status('bomb'), await status('knife')]).toEqual([403, 200]);
    replace('10-words.conf', rule('knife'));
    await until('the changed rule refuses', async () => (await status('knife')) === 403, 15_000);
    expect(await status('bomb')).toBe(200);
    replace('20-more.conf', rule('bomb').replace('id:1', 'id:2'));
    await until('the rule of the new file refuses', async () => (await status('bomb')) === 403, 15_000);
    expect(await status('knife')).toBe(403);
    expect(log()).toContain('changed firewall rules were taken up');
  });

  it(
    'stay as they were when what comes is not fit, and the log says why; a good file after it is taken up',
    { timeout: 60_000 },
    async () => {
      replace('10-words.conf', 'SecRule ARGS "@containz bomb" "id:1,phase:2,deny"\n');
      const says = 'the changed firewall rules are not fit; the last good ones stay';
      await until('the log says so', () => log().includes(says), 15_000);
      expect(log()).toContain('@containz');
      expect([await status('bomb'), await status('knife')]).toEqual([403, 200]);
      replace('10-words.conf', rule('knife'));
      await until('the good rule refuses', async () => (await status('knife')) === 403, 15_000);
      expect(await status('bomb')).toBe(200);
    },
  );
});
