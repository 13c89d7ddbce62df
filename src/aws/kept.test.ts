import { describe, expect, it } from 'vitest';
import { manualClock, type ManualClock } from '../base/clock.ts';
import type { DocumentSource } from '../ports/documents.ts';
import { authorizer } from './authorizer.ts';
import { Kept } from './kept.ts';
import { rulesFrom } from './rule-sources.ts';

interface Made {
  readonly kept: Kept<number>;
  readonly clock: ManualClock;
  readonly failures: boolean[];
  /** What the next load brings; null makes it fail. */
  next: number | null;
  loads: number;
}

function made(): Made {
  const clock = manualClock();
  const all: Made = {
    clock,
    failures: [],
    next: 1,
    loads: 0,
    kept: new Kept({
      async load() {
        all.loads++;
        await Promise.resolve();
        if (all.next === null) throw new Error('not there');
        return all.next;
      },
      ageMs: 60_000,
      keepMs: 600_000,
      clock,
      failed: (_, kept) => all.failures.push(kept),
    }),
  };
  return all;
}

describe('what is loaded and kept', () => {
  it('is loaded once however many ask, and again when it is older than its age', async () => {
    const all = made();
    expect(await Promise.all([1, 2, 3].map(() => all.kept.current()))).toEqual([1, 1, 1]);
    all.next = 2;
    all.clock.turn(59_999);
    expect(await all.kept.current()).toBe(1);
    all.clock.turn(1);
    expect([await all.kept.current(), all.loads]).toEqual([2, 2]);
  });
  it('stays while newer ones fail, until it is too old to be trusted', async () => {
    const all = made();
    await all.kept.current();
    all.next = null;
    all.clock.turn(300_000);
    expect(await all.kept.current()).toBe(1);
    all.clock.turn(300_000);
    expect([await all.kept.current(), all.failures]).toEqual([null, [true, false]]);
    all.next = 3;
    all.clock.turn(5000);
    expect(await all.kept.current()).toBe(3);
  });
  it('is not asked for at every request while it fails', async () => {
    const all = made();
    all.next = null;
    expect([await all.kept.current(), await all.kept.current(), all.loads]).toEqual([null, null, 1]);
    all.clock.turn(5000);
    await all.kept.current();
    expect(all.loads).toBe(2);
  });
});

describe('a rule map from elsewhere behind an authorizer', () => {
  const event = (path: string): object => ({
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:eu-west-1:1:a/$default/GET${path}`,
    identitySource: null,
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'a.test' },
    requestContext: { http: { method: 'GET', path, sourceIp: '192.0.2.1' } },
  });
  const setUp = (): {
    ask(path: string): Promise<unknown>;
    text: string | null;
    clock: ManualClock;
    lines: string[];
  } => {
    const clock = manualClock();
    const lines: string[] = [];
    const source: DocumentSource = {
      name: 'test',
      load: async () => {
        if (all.text === null) throw new Error('away');
        return { text: all.text, version: all.text };
      },
      watch: () => () => {},
    };
    const call = authorizer({ payload: '2.0', map: rulesFrom(source), clock, write: (line) => lines.push(line) });
    const all = { ask: (path: string) => call(event(path)), text: null as string | null, clock, lines };
    return all;
  };
  const denying = (path: string): string =>
    JSON.stringify({ default: [{ name: 'method-and-path', params: { deny: [path] } }] });

  it('lets nobody in before it was read, then judges by it, and takes up a newer one', async () => {
    const all = setUp();
    expect(await all.ask('/a'), all.lines.join()).toMatchObject({
      isAuthorized: false,
      context: { code: 'lambda.start' },
    });
    all.text = denying('/a');
    all.clock.turn(5000);
    expect(await all.ask('/a')).toMatchObject({ isAuthorized: false, context: { code: 'rules.denied' } });
    expect(await all.ask('/b')).toMatchObject({ isAuthorized: true });
    all.text = denying('/b');
    all.clock.turn(60_000);
    expect(await all.ask('/b')).toMatchObject({ isAuthorized: false });
  });
  it.each([
    ['no map at all', '[]', /wanted/],
    ['a rule that is not known', '{"default":[{"name":"nothing"}]}', /nothing/],
    [
      'a rule that needs a body',
      '{"default":[{"name":"hmac-signature","params":{"secrets":["S"],"header":"x-sig"}}]}',
      /needs the body|secret/i,
    ],
  ])('keeps the last good one when the newer has %s, and says so', async (_, bad, says) => {
    const all = setUp();
    all.text = denying('/a');
    expect(await all.ask('/b')).toMatchObject({ isAuthorized: true });
    all.text = bad;
    all.clock.turn(60_000);
    expect(await all.ask('/b')).toMatchObject({ isAuthorized: true });
    expect(await all.ask('/a')).toMatchObject({ isAuthorized: false });
    expect(all.lines.find((line) => line.includes('was not taken'))).toMatch(says);
  });
});
