import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod/mini';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { defineRule, allow, deny } from '../rules/rule.ts';
import { viewerAt } from '../events/parts.ts';
import { guard } from './guard.ts';
import { madeOfSecrets, type NamedSecrets } from './named-secrets.ts';
import { opened } from './start.ts';

/** Secrets Manager as far as it is asked here: id to text; a number is the status of an error. */
let held: Record<string, string | number> = {};
let asked: string[] = [];
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part)));
    request.on('end', () => {
      const { SecretId } = JSON.parse(text) as { SecretId: string };
      asked.push(`${/\/([a-z0-9-]+)\/secretsmanager\//.exec(String(request.headers.authorization))?.[1]} ${SecretId}`);
      const found = held[SecretId];
      const status = typeof found === 'number' ? found : found === undefined ? 400 : 200;
      response
        .writeHead(status)
        .end(
          JSON.stringify(
            typeof found === 'string'
              ? { SecretString: found, VersionId: 'v' }
              : { __type: status === 400 ? 'ResourceNotFoundException' : 'AccessDeniedException', Message: 'no' },
          ),
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});
beforeEach(() => {
  held = {};
  asked = [];
});

const arn = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:hook-AbCdEf';

function made(given: NamedSecrets, env?: Record<string, string>) {
  const clock = manualClock(1_000_000);
  const lines: string[] = [];
  const retired: string[] = [];
  const get = madeOfSecrets(
    given,
    { clock, write: (line) => lines.push(line), ...(env && { env: { ...process.env, ...env } }) },
    async (secret) => {
      if (secret('HOOK') === 'unfit') throw new Error('it is not fit');
      return { hook: secret('HOOK'), home: secret('HOME_OF_TEST') };
    },
    ({ hook }) => retired.push(String(hook)),
  );
  return { get, clock, lines, retired };
}

describe('secrets by the names of the document', () => {
  it('are read in the region of their ARN, or of the function, by all or by one key, once for five minutes', async () => {
    held = { [arn]: '{"hook":"one","other":"x"}', plain: 'two' };
    const { get, clock } = made({ places: { HOOK: { id: arn, field: 'hook' }, HOME_OF_TEST: { id: 'plain' } } });
    expect(await Promise.all([get(), get()])).toEqual([
      { hook: 'one', home: 'two' },
      { hook: 'one', home: 'two' },
    ]);
    expect(asked.toSorted()).toEqual([`eu-west-1 plain`, `us-west-2 ${arn}`]);
    clock.turn(299_000);
    await get();
    expect(asked).toHaveLength(2);
  });
  it('are asked for where the replica is not, if that is said', async () => {
    held = { plain: 'two' };
    await made({ places: { HOOK: { id: 'plain' } }, region: 'us-east-1' }).get();
    expect(asked).toEqual(['us-east-1 plain']);
  });
  it('stand in an environment variable by their places, never by their values; what is no secret is the environment’s', async () => {
    held = { plain: 'two' };
    const { get } = made({ places: 'PLACES' }, { PLACES: '{"HOOK":{"id":"plain"}}', HOME_OF_TEST: 'set' });
    expect(await get()).toEqual({ hook: 'two', home: 'set' });
  });
  it('are taken up when they change, and what was made before is retired', async () => {
    held = { plain: 'two' };
    const { get, clock, retired } = made({ places: { HOOK: { id: 'plain' } } });
    const first = await get();
    clock.turn(300_000);
    expect(await get()).toBe(first);
    held = { plain: 'three' };
    clock.turn(300_000);
    expect(await get()).toEqual({ hook: 'three', home: null });
    expect(retired).toEqual(['two']);
  });
  it('stay for an hour while newer ones cannot be read, or are not fit', async () => {
    held = { plain: 'two' };
    const { get, clock, lines } = made({ places: { HOOK: { id: 'plain' } } });
    const first = await get();
    held = { plain: 403 };
    clock.turn(300_000);
    expect(await get()).toBe(first);
    held = { plain: 'unfit' };
    clock.turn(300_000);
    expect(await get()).toBe(first);
    expect(lines.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual([
      'lambda.secrets',
      'lambda.start',
    ]);
    clock.turn(3_600_000);
    expect(await get()).toMatchObject({ reason: { code: 'lambda.start', status: 500 } });
    expect(lines.join('')).not.toContain('two');
  });

  const failures: readonly (readonly [string, typeof held, NamedSecrets['places'], says: string])[] = [
    ['no such secret', {}, { HOOK: { id: 'gone' } }, 'HOOK: Secrets Manager has no secret "gone": aws secretsmanager'],
    [
      'no right to read it',
      { plain: 403 },
      { HOOK: { id: 'plain' } },
      'HOOK: Secrets Manager GetSecretValue: AccessDenied',
    ],
    ['nothing in it', { plain: '' }, { HOOK: { id: 'plain' } }, 'the secret "plain" has no text'],
    ['no such key', { plain: '{"a":"hidden"}' }, { HOOK: { id: 'plain', field: 'b' } }, 'has no text at "b"'],
    ['a key of what is no JSON', { plain: 'hidden' }, { HOOK: { id: 'plain', field: 'b' } }, 'has no text at "b"'],
    ['an ARN of something else', {}, { HOOK: { id: 'arn:aws:s3:::bucket' } }, 'is no ARN of a secret'],
    ['no places', {}, 'NOT_SET_ANYWHERE', 'NOT_SET_ANYWHERE is no JSON'],
  ];
  it('has rows enough', () => expect(failures.length).toBeGreaterThanOrEqual(7));
  it.each(failures)('%s: nobody comes in, and the log says why', async (_, has, places, says) => {
    held = has;
    const { get, lines, clock } = made({ places });
    expect(await get()).toMatchObject({ reason: { code: 'lambda.secrets', status: 500 } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"code":"lambda.secrets"');
    expect(lines[0]).toContain(JSON.stringify(says).slice(1, -1));
    expect(lines[0]).not.toContain('hidden');
    await get();
    expect(lines, 'not asked again at once').toHaveLength(1);
    clock.turn(5000);
    await get();
    expect(lines).toHaveLength(2);
  });
});

const request: HttpRequest = {
  method: 'GET',
  target: '/',
  version: '1.1',
  scheme: 'https',
  headers: HeaderList.fromFlat(['host', 'example.test', 'x-word', 'two']),
  body: null,
} as HttpRequest;

describe('a guard with secrets', () => {
  const word = defineRule({
    name: 'word',
    says: 'The word.',
    params: z.strictObject({}),
    examples: [],
    check(_, context) {
      const wanted = context.secret('HOOK');
      if (wanted === null) throw new Error('HOOK is not set');
      return ({ headers }) => (headers.get('x-word') === wanted ? allow : deny('not the word'));
    },
  });
  it('judges by the value of today, and lets nobody in without one', async () => {
    const clock = manualClock(1_000_000);
    const lines: string[] = [];
    const { rules } = guard({
      map: { default: [{ name: 'word', params: {}, mode: 'enforce' }] },
      plugins: [word],
      secrets: { places: { HOOK: { id: 'plain' } } },
      clock,
      write: (line) => lines.push(line),
    });
    const judged = async (): Promise<string> => {
      const now = await rules();
      if ('reason' in now) return now.reason.code;
      const { refusal } = await now.inspect(request, viewerAt('192.0.2.1'));
      return refusal === null ? 'passed' : 'refused';
    };
    expect(await judged()).toBe('lambda.secrets');
    held = { plain: 'two' };
    clock.turn(5000);
    expect(await judged()).toBe('passed');
    held = { plain: 'three' };
    clock.turn(300_000);
    expect(await judged()).toBe('refused');
  });
});

describe('a line with secrets', () => {
  it('is made of them, and made anew when one changes', async () => {
    const clock = manualClock(1_000_000);
    held = { plain: 'two' };
    const line = opened(
      {
        document: {
          name: 'hooks',
          rules: { map: { default: [{ name: 'hmac-signature', params: { secrets: ['HOOK'] } }] } },
          origins: { o: { url: 'http://127.0.0.1:1', headers: { 'x-proof': '${secret:HOOK}' } } },
          routes: { 'GET /': { to: 'o' } },
        },
      },
      { secrets: { places: { HOOK: { id: 'plain' } } }, clock, write: () => {} },
    );
    const first = await line.app();
    expect('handle' in first).toBe(true);
    expect(await line.app()).toBe(first);
    held = { plain: 'three' };
    clock.turn(300_000);
    const second = await line.app();
    expect('handle' in second && second !== first).toBe(true);
    if ('close' in second) await second.close();
  }, 60_000);
});
