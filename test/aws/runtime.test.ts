import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BundleKind } from '../../src/cdk/bundle.ts';
import { events } from './functions/events.ts';
import { run, type Invoked } from './lib/lambda.ts';

const status = (value: unknown): unknown => (value as { statusCode?: unknown }).statusCode;

/** Did the function let it through? Each kind of API has its own way to say so. */
const passed: Readonly<Record<string, (invoked: Invoked) => boolean>> = {
  'function-url': (invoked) =>
    invoked.kind === 'stream' && invoked.head.statusCode === 200 && invoked.body.toString() === 'tea',
  authorizer: (invoked) => invoked.kind === 'answer' && (invoked.value as { isAuthorized: boolean }).isAuthorized,
  edge: (invoked) => invoked.kind === 'answer' && (invoked.value as { uri?: string }).uri === '/x',
  'edge-moments': (invoked) => invoked.kind === 'answer' && (invoked.value as { uri?: string }).uri === '/x',
};
const byStatus = (invoked: Invoked): boolean => invoked.kind === 'answer' && status(invoked.value) === 200;

const doors: readonly (readonly [name: string, kind: BundleKind])[] = [
  ['http-api', 'line'],
  ['rest-api', 'line'],
  ['alb', 'line'],
  ['function-url', 'line'],
  ['authorizer', 'authorizer'],
  ['protect', 'authorizer'],
  ['websocket', 'authorizer'],
  ['edge', 'authorizer'],
  ['edge-moments', 'authorizer'],
];

describe('each door, bundled and run over the Runtime API', () => {
  it.each(doors)('%s: cold, warm, refused, malformed', async (name, kind) => {
    const running = await run(join(import.meta.dirname, 'functions', `${name}.ts`), kind);
    try {
      const event = events[name] as (path: string) => unknown;
      const through = passed[name] ?? byStatus;
      const cold = await running.invoke(event('/x'));
      expect(through(cold), JSON.stringify(cold) + running.log()).toBe(true);
      expect(through(await running.invoke(event('/x')))).toBe(true);
      const refused = await running.invoke(event('/secret'));
      expect(refused.kind).not.toBe('error');
      expect(through(refused)).toBe(false);
      const malformed = await running.invoke({ nothing: 'of the kind' });
      expect(malformed.kind).not.toBe('error');
      expect(through(malformed)).toBe(false);
      // A function of the user's own says no without a rule.
      if (name !== 'edge-moments') await expect.poll(running.log, { timeout: 5000 }).toContain('"code":"rules.denied"');
      await expect.poll(running.log, { timeout: 5000 }).toMatch(/"code":"lambda\.event-(?:shape|version)"/);
      console.info(`${name}: ${(running.bytes / 1024).toFixed(0)} kB`);
    } finally {
      await running.stop();
    }
  });
});
