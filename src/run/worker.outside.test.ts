import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Invoker } from '../ports/invoker.ts';
import { workerInvoker, type WorkerOptions } from './worker.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-run-'));
const open: Invoker[] = [];
const said: { level: string; text: string; facts: Readonly<Record<string, unknown>> | undefined }[] = [];
let files = 0;

function fn(source: string, more: Partial<WorkerOptions> = {}, extension = 'mjs'): Invoker {
  const file = `f${files++}.${extension}`;
  writeFileSync(join(folder, file), source);
  const invoker = workerInvoker({
    file,
    handler: 'handler',
    timeoutMs: 3000,
    memoryMb: 128,
    concurrency: 2,
    env: { GREETING: 'hello' },
    folder,
    watch: false,
    say: (level, text, facts) => void said.push({ level, text, facts }),
    ...more,
  });
  open.push(invoker);
  return invoker;
}

const call = (invoker: Invoker, event: unknown = {}, withinMs = 10_000) =>
  invoker.invoke({ event, requestId: 'r-1', withinMs });

afterAll(async () => {
  await Promise.all(open.map((each) => each.close()));
  rmSync(folder, { recursive: true });
});

describe('a handler in a worker', () => {
  it('answers by promise, with its context and environment', async () => {
    const invoker = fn(
      'export const handler = async (event, context) => ({ event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() > 0, name: context.functionName, env: process.env.GREETING, home: process.env.HOME ?? null });',
    );
    const outcome = await call(invoker, { a: 1 });
    expect(outcome).toMatchObject({
      kind: 'answer',
      value: { event: { a: 1 }, id: 'r-1', left: true, env: 'hello', home: null },
    });
  });

  it('reads TypeScript', async () => {
    const invoker = fn(
      'enum Kind { A = "a" }\nexport const handler = async (event: { n: number }): Promise<string> => Kind.A + event.n;',
      {},
      'ts',
    );
    expect(await call(invoker, { n: 2 })).toEqual({ kind: 'answer', value: 'a2' });
  });

  it('answers by callback, and by the older context functions', async () => {
    expect(
      await call(fn('export const handler = (event, context, callback) => setTimeout(() => callback(null, 7), 5);')),
    ).toEqual({ kind: 'answer', value: 7 });
    expect(await call(fn('export const handler = (event, context) => context.succeed("ok");'))).toEqual({
      kind: 'answer',
      value: 'ok',
    });
    expect(
      await call(fn('export const handler = (event, context, callback) => callback("Unauthorized");')),
    ).toMatchObject({ kind: 'error', message: 'Unauthorized' });
  });

  it('keeps the stack trace for the log', async () => {
    const outcome = await call(fn('export const handler = async () => { throw new RangeError("too far"); };'));
    expect(outcome).toMatchObject({ kind: 'error', type: 'RangeError', message: 'too far' });
    expect(said.find((each) => each.facts?.['says'] === 'too far')?.facts?.['trace']).toEqual(
      expect.arrayContaining([expect.stringContaining('RangeError')]),
    );
  });

  it('ends a handler that never answers and leaves nothing running', async () => {
    expect(await call(fn('export const handler = () => new Promise(() => {});'))).toMatchObject({
      kind: 'error',
      type: 'Runtime.NodeJsExit',
    });
    expect(await call(fn('export const handler = (event, context, callback) => {};'))).toEqual({
      kind: 'answer',
      value: null,
    });
  });

  it('stops a handler at its time limit, even a loop without end, and begins anew', async () => {
    const invoker = fn(
      'let count = 0; export const handler = async (event) => { if (event.spin) for (;;); return ++count; };',
      { timeoutMs: 300, concurrency: 1 },
    );
    expect(await call(invoker)).toEqual({ kind: 'answer', value: 1 });
    expect(await call(invoker, { spin: true })).toEqual({ kind: 'timeout', whose: 'function', afterMs: 300 });
    expect(await call(invoker)).toEqual({ kind: 'answer', value: 1 });
  });

  it('tells a caller whose own time is over', async () => {
    const invoker = fn(
      'export const handler = async () => new Promise((resolve) => setTimeout(() => resolve(1), 1000));',
    );
    expect(await call(invoker, {}, 100)).toEqual({ kind: 'timeout', whose: 'caller', afterMs: 100 });
  });

  it('survives a function that eats all memory', async () => {
    const invoker = fn(
      'export const handler = async () => { const all = []; for (;;) all.push(new Array(1e6).fill({})); };',
      { memoryMb: 32, timeoutMs: 20_000 },
    );
    expect(await call(invoker, {}, 30_000)).toMatchObject({ kind: 'error', type: 'Runtime.OutOfMemory' });
  }, 40_000);

  it('refuses payloads above six megabytes in both directions', async () => {
    const invoker = fn('export const handler = async (event) => "x".repeat(event.size);');
    expect(await call(invoker, { size: 7_000_000 })).toMatchObject({ kind: 'too-large', which: 'answer' });
    expect(await call(invoker, { size: 1, pad: 'x'.repeat(7_000_000) })).toMatchObject({
      kind: 'too-large',
      which: 'event',
    });
    expect(await call(invoker, { size: 3 })).toEqual({ kind: 'answer', value: 'xxx' });
  });

  it('says why a module does not load', async () => {
    expect(await call(fn('export const other = 1;'))).toMatchObject({
      kind: 'unavailable',
      says: expect.stringContaining('no export "handler"'),
    });
    expect(await call(fn('syntax error here'))).toMatchObject({ kind: 'unavailable' });
  });

  it('has one event at a time per instance, and as many instances as allowed', async () => {
    const invoker = fn(
      'let busy = 0; export const handler = async () => { busy++; const seen = busy; await new Promise((resolve) => setTimeout(resolve, 30)); busy--; return seen; };',
    );
    const outcomes = await Promise.all(Array.from({ length: 6 }, async () => call(invoker)));
    expect(outcomes).toEqual(Array.from({ length: 6 }, () => ({ kind: 'answer', value: 1 })));
  });

  it('spreads slow events over its instances', async () => {
    const invoker = fn(
      'import { threadId } from "node:worker_threads"; export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 60)); return threadId; };',
      { concurrency: 3 },
    );
    await Promise.all(Array.from({ length: 9 }, async () => call(invoker)));
    const outcomes = await Promise.all(Array.from({ length: 3 }, async () => call(invoker)));
    expect(new Set(outcomes.map((outcome) => (outcome as { value: unknown }).value)).size).toBe(3);
  });

  it('gives events that were sent ahead to another instance when one dies', async () => {
    const invoker = fn(
      'let count = 0; export const handler = async (event) => { if (event.die) process.exit(1); return ++count; };',
      { concurrency: 1 },
    );
    for (let at = 0; at < 30; at++) await call(invoker);
    const outcomes = await Promise.all([call(invoker), call(invoker, { die: true }), call(invoker), call(invoker)]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['answer', 'error', 'answer', 'answer']);
    expect((outcomes.at(-1) as { value: number }).value).toBeLessThan(5);
  });

  it('writes what the function prints to the log', async () => {
    await call(
      fn(
        'export const handler = async () => { console.log("from inside"); await new Promise((resolve) => setTimeout(resolve, 20)); return 1; };',
      ),
    );
    await expect.poll(() => said.some((each) => each.text === 'from inside')).toBe(true);
  });

  it('takes up a changed module', async () => {
    const invoker = fn('export const handler = async () => "old";', { watch: true });
    expect(await call(invoker)).toEqual({ kind: 'answer', value: 'old' });
    writeFileSync(join(folder, `f${files - 1}.mjs`), 'export const handler = async () => "new";');
    await expect
      .poll(async () => (await call(invoker)) as unknown, { timeout: 5000 })
      .toEqual({ kind: 'answer', value: 'new' });
  });
});
