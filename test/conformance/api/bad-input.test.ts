import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { edge, type Edge } from '../../support/edge.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { api, closeAll, mock } from './kit.ts';

/** What a user may get wrong: AWS's answer for the caller, the reason for the operator. */

afterEach(closeAll);

const handlers: Record<string, string> = {
  throws: 'export const handler = async () => { throw new Error("the operator reads this"); };',
  throwsText: 'export const handler = () => { throw "the operator reads this"; };',
  garbage: 'export const handler = async () => ["the operator"];',
  circular: 'export const handler = async () => { const a = {}; a.a = a; return a; };',
  badStatus: 'export const handler = async () => ({ statusCode: "many", body: "x" });',
  badBody: 'export const handler = async () => ({ statusCode: 200, body: { not: "text" } });',
  never: 'export const handler = () => new Promise(() => {});',
  loops: 'export const handler = async () => { for (;;); };',
  waits: 'export const handler = () => new Promise((next) => setTimeout(next, 60_000));',
  exits: 'export const handler = async () => process.exit(1);',
  large: 'export const handler = async () => ({ statusCode: 200, body: "x".repeat(7_000_000) });',
  broken: 'export const handler = async ( => {};',
  none: 'export const other = 1;',
};

describe('handlers that do not answer as they should', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let running: Edge;
  beforeAll(async () => {
    folder = temporaryFolder(Object.fromEntries(Object.entries(handlers).map(([name, text]) => [`${name}.mjs`, text])));
    const routes = Object.fromEntries(
      Object.keys(handlers).map((name) => [
        `GET /${name}`,
        {
          to: {
            use: 'function',
            with: { file: `./${name}.mjs`, timeout: name === 'loops' || name === 'waits' ? '1s' : '20s' },
          },
        },
      ]),
    );
    running = await edge(
      { apis: { rest: { kind: 'rest', routes }, http: { kind: 'http', basePath: 'http', routes } } },
      { folder: folder.path },
    );
  });
  afterAll(async () => {
    await running.close();
    folder.remove();
  });

  const internal = '{"message":"Internal server error"}';
  const capital = '{"message":"Internal Server Error"}';
  // handler, REST status, code of the record, a word of the operator's log; null: the record's reason alone
  const rows: readonly (readonly [string, number, string, RegExp | null])[] = [
    ['throws', 502, 'integration.function.error', /the operator reads this/],
    ['throwsText', 502, 'integration.function.error', /the operator reads this/],
    ['garbage', 502, 'integration.function.malformed', /is an array where an object was wanted/],
    ['circular', 502, 'integration.function.error', /circular structure/],
    ['badStatus', 502, 'integration.function.malformed', /has a statusCode "many"|statusCode \\"many\\"/],
    ['badBody', 502, 'integration.function.malformed', /body of type object/],
    ['never', 502, 'integration.function.error', /promise can never be settled/],
    ['loops', 502, 'integration.function.timed-out', /Task timed out after 1\.00 seconds/],
    ['waits', 502, 'integration.function.timed-out', /Task timed out after 1\.00 seconds/],
    ['exits', 502, 'integration.function.error', /ended without an answer|can never be settled/],
    ['large', 502, 'integration.function.too-large', /the answer has 7\d{6} bytes/],
    ['broken', 500, 'integration.function.unavailable', /SyntaxError|does not load/],
    ['none', 500, 'integration.function.unavailable', /has no export|does not load/],
  ];

  it.each(rows)('%s is %i on REST and 500 on HTTP APIs: %s', async (name, status, code, says) => {
    const before = running.logged.length;
    const rest = await fetch(`${running.url}/prod/${name}`);
    const body = await rest.text();
    expect([rest.status, body, rest.headers.get('x-amzn-errortype')]).toEqual([
      status,
      internal,
      'InternalServerErrorException',
    ]);
    expect(running.records.at(-1)?.code).toBe(code);
    if (says) expect(running.logged.slice(before).join('\n')).toMatch(says);
    // An HTTP API reads an object without a status as a body, so two of these are answers there.
    if (name === 'garbage') {
      expect((await fetch(`${running.url}/http/${name}`)).status).toBe(200);
      return;
    }
    const http = await fetch(`${running.url}/http/${name}`);
    expect([http.status, await http.text()]).toEqual([500, capital]);
  });

  it('covers every handler', () => expect(rows.map(([name]) => name)).toEqual(Object.keys(handlers)));
});

describe('documents that cannot be meant', () => {
  const statement = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' };
  const policy = (more: object): object => ({ Version: '2012-10-17', Statement: [{ ...statement, ...more }] });
  const withPolicy = (document: unknown): Record<string, unknown> => ({
    kind: 'rest',
    policy: document,
    routes: { 'GET /a': mock() },
  });
  const rows: readonly (readonly [string, Record<string, unknown>, object, RegExp])[] = [
    ['a policy that is no object', withPolicy('allow everybody'), {}, /apis\.shop\.policy/],
    [
      'a policy file that is not there',
      withPolicy({ file: 'none.json' }),
      {},
      /policy\.file.*a JSON file that can be read/s,
    ],
    ['a policy without statements', withPolicy({ Version: '2012-10-17' }), {}, /Statement/],
    ['an effect that is none', withPolicy(policy({ Effect: 'Permit' })), {}, /Statement\[0\]\.Effect/],
    ['an element that is none', withPolicy(policy({ Resources: '*' })), {}, /Resources/],
    [
      'an unknown operator',
      withPolicy(policy({ Condition: { IpAdress: { 'aws:SourceIp': '10.0.0.0/8' } } })),
      {},
      /IpAdress.*no condition operator/s,
    ],
    [
      'an unknown key',
      withPolicy(policy({ Condition: { IpAddress: { 'aws:SourceAddr': '10.0.0.0/8' } } })),
      {},
      /aws:SourceAddr.*no condition key/s,
    ],
    [
      'a range that is none',
      withPolicy(policy({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/99' } } })),
      {},
      /10\.0\.0\.0\/99/,
    ],
    [
      'routes that overlap on REST',
      { kind: 'rest', routes: { 'GET /a/{x}': mock(), 'POST /a/{y}': mock() } },
      {},
      /routes that differ/,
    ],
    [
      'routes that overlap on HTTP',
      { kind: 'http', routes: { 'GET /a/{x}': mock(), 'GET /a/{y}': mock() } },
      {},
      /routes that differ/,
    ],
    [
      'two names for one API key',
      { kind: 'rest', routes: { 'GET /a': mock() } },
      { apiKeys: { one: { value: 'same-key-0123456789ab' }, two: { value: 'same-key-0123456789ab' } } },
      /a key that no other has.*the value of one/s,
    ],
    [
      'one key in two plans of a stage',
      { kind: 'rest', routes: { 'GET /a': mock() } },
      { plans: { p: { stages: [{ api: 'shop' }], keys: ['k'] }, q: { stages: [{ api: 'shop' }], keys: ['k'] } } },
      /a key that is in one plan of this stage.*it is in plan p/s,
    ],
    [
      'a plan for an API that is not there',
      { kind: 'rest', routes: { 'GET /a': mock() } },
      { plans: { p: { stages: [{ api: 'shp' }] } } },
      /known: shop/,
    ],
  ];

  it.each(rows)('%s', async (_, entry, document, says) => {
    await expect(api(entry, { document: document as Record<string, unknown> })).rejects.toThrow(says);
  });

  it('nothing of a key stands in what is said about it', async () => {
    const value = 'same-key-0123456789ab';
    const refused = api(
      { kind: 'rest', routes: { 'GET /a': mock() } },
      { document: { apiKeys: { one: { value }, two: { value } } } },
    );
    await expect(refused).rejects.not.toThrow(value);
    expect(rows.length).toBeGreaterThan(12);
  });
});
