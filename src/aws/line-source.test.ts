import { describe, expect, it } from 'vitest';
import { manualClock } from '../base/clock.ts';
import type { DocumentSource } from '../ports/documents.ts';
import { httpApi } from './http-api.ts';

const event = (path: string): unknown => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'a.test' },
  routeKey: '$default',
  requestContext: {
    http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl' },
    accountId: '1',
    apiId: 'a',
    domainName: 'a.test',
    domainPrefix: 'a',
    requestId: 'r',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
  isBase64Encoded: false,
});
const denying = (path: string): string =>
  JSON.stringify({ default: [{ name: 'method-and-path', params: { deny: [path] } }] });

/** A line in a function whose source has no timer to speak of: what a frozen container is. */
function made(ages: { readonly everyMs: number; readonly keepMs: number } | undefined) {
  const clock = manualClock();
  const logged: string[] = [];
  const state = { text: denying('/one') as string | null, loads: 0 };
  const source: DocumentSource = {
    name: 'a parameter',
    ...(ages && { ages }),
    async load() {
      state.loads++;
      if (state.text === null) throw new Error('throttled');
      return { text: state.text, version: state.text };
    },
    watch: () => () => {},
  };
  const door = httpApi(
    {
      document: {
        store: { use: 'memory' },
        logging: { sinks: [] },
        rules: { from: { use: 'ssm', with: { parameter: '/rules' } } },
        routes: { $default: { to: { use: 'mock', with: { body: 'tea' } } } },
      },
      ports: { clock, openDocument: () => source },
    },
    { clock, write: (line) => void logged.push(line) },
  );
  const status = async (path: string): Promise<number> => (await door(event(path))).statusCode;
  return { clock, logged, state, status };
}

describe('a whole line in a function whose rule map comes from a source', () => {
  it('goes by what it read for its age, and reads again when an event comes after that', async () => {
    const { clock, state, status } = made({ everyMs: 60_000, keepMs: 600_000 });
    expect([await status('/one'), await status('/two')]).toEqual([403, 200]);
    state.text = denying('/two');
    clock.turn(59_000);
    expect([await status('/one'), state.loads]).toEqual([403, 1]);
    clock.turn(1000);
    expect([await status('/one'), await status('/two'), state.loads]).toEqual([200, 403, 2]);
  });

  it('keeps the last good map while none can be read, asks every five seconds, and then lets nobody in', async () => {
    const { clock, logged, state, status } = made({ everyMs: 60_000, keepMs: 600_000 });
    await status('/two');
    state.text = '{"default": 5}';
    clock.turn(60_000);
    expect([await status('/one'), await status('/two'), state.loads]).toEqual([403, 200, 2]);
    state.text = null;
    clock.turn(5000);
    expect([await status('/two'), state.loads]).toEqual([200, 3]);
    clock.turn(600_000);
    expect(await status('/two')).toBe(500);
    expect(logged.some((line) => line.includes('"code":"lambda.start"') && line.includes('too old'))).toBe(true);
    state.text = denying('/one');
    clock.turn(5000);
    expect([await status('/two'), await status('/one')]).toEqual([200, 403]);
  });

  it('a source that tells of its changes itself is not asked', async () => {
    const { clock, state, status } = made(undefined);
    await status('/two');
    clock.turn(10_000_000);
    expect([await status('/two'), state.loads]).toEqual([200, 1]);
  });
});
