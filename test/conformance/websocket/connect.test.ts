import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DocumentError } from '../../../src/config/parse.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, refusedWith } from './api-stage.ts';

const ANN = 'the-key-of-ann-0123456789';
const BOB = 'the-key-of-bob-0123456789';
const CIA = 'the-key-of-cia-0123456789';

let folder: string;
let app: App;
let serving: Serving;

const routes = {
  $connect: { to: { function: { file: 'chat.mjs', handler: 'enter' } } },
  whoami: { to: { function: { file: 'chat.mjs', handler: 'whoami' } }, replies: true },
};
const api = (name: string, more: object): object => ({
  to: { use: 'websocket', with: { api: name, id: name, routes, ...more } },
});
const authorizer = (more: object = {}): object => ({
  use: 'lambda',
  with: { file: 'chat.mjs', handler: 'guard', identity: ['route.request.querystring.token'], ...more },
});

const document = (more: object = {}): object => ({
  listen: { port: 0, shutdown: '1s' },
  admin: { enabled: false },
  store: { use: 'memory' },
  logging: { sinks: [] },
  answers: { codeHeader: true },
  apiKeys: { ann: { value: ANN }, bob: { value: BOB }, cia: { value: CIA } },
  plans: {
    basic: {
      stages: [{ api: 'metered' }, { api: 'both' }],
      quota: { limit: 2, period: 'DAY' },
      keys: ['ann', 'bob'],
    },
    slow: { stages: [{ api: 'metered', throttle: { $connect: { rate: 0, burst: 1 } } }], keys: ['cia'] },
  },
  routes: {
    'GET /guarded': api('guarded', { authorizer: authorizer(), variables: { colour: 'red' } }),
    'GET /metered': api('metered', { key: 'required' }),
    'GET /both': api('both', { authorizer: authorizer(), key: 'required', keySource: 'authorizer' }),
    ...more,
  },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-connect-'));
  writeFileSync(
    join(folder, 'chat.mjs'),
    `let asked = 0;
     const answer = (Effect, more) => ({
       principalId: 'ann',
       policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: '*' }] },
       ...more,
     });
     export const guard = async (event) => {
       asked++;
       const { token } = event.queryStringParameters;
       if (token === 'nobody') throw new Error('Unauthorized');
       if (token === 'broken') throw new Error('out of order');
       if (token === 'denied') return answer('Deny');
       if (token === 'narrow') {
         const allowed = answer('Allow');
         allowed.policyDocument.Statement[0].Resource = event.methodArn;
         return allowed;
       }
       if (token.startsWith('the-key')) return answer('Allow', { usageIdentifierKey: token });
       return answer('Allow', { context: { asked, type: event.type, arn: event.methodArn, kind: event.requestContext.eventType,
         upgrade: event.headers.Upgrade ?? event.headers.upgrade, length: event.headers['content-length'],
         id: event.requestContext.connectionId, colour: event.stageVariables.colour } });
     };
     export const enter = async (event) => ({ statusCode: event.requestContext.authorizer?.principalId === undefined && event.queryStringParameters?.token ? 500 : 200 });
     export const whoami = async (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext) });`,
  );
  app = await sallyport({ document: document(), folder, ports: { log: () => undefined } });
  serving = await serve(app, { folder });
});
afterAll(async () => {
  await serving.close();
  await app.close();
  rmSync(folder, { recursive: true });
});

const at = (path: string): string => `ws://127.0.0.1:${serving.port}${path}`;
const refused = async (path: string, headers: Record<string, string> = {}): Promise<readonly [number, string]> => {
  const { status, body } = await refusedWith(at(path), { headers });
  return [status, (JSON.parse(body) as { message: string }).message];
};
interface Told {
  readonly connectionId: string;
  readonly authorizer?: Record<string, unknown>;
}
const told = async (path: string, headers: Record<string, string> = {}): Promise<Told> => {
  const { ws, next } = await client(at(path), { headers });
  ws.send('{"action":"whoami"}');
  const context = JSON.parse(await next()) as Told;
  ws.terminate();
  return context;
};

describe('$connect', () => {
  it('WC-3: identity source missing 401, Unauthorized 401, deny 403, any other failure 500', async () => {
    expect(await refused('/guarded')).toEqual([401, 'Unauthorized']);
    expect(await refused('/guarded?token=')).toEqual([401, 'Unauthorized']);
    expect(await refused('/guarded?token=nobody')).toEqual([401, 'Unauthorized']);
    expect((await refused('/guarded?token=denied'))[0]).toBe(403);
    expect((await refused('/guarded?token=broken'))[0]).toBe(500);
  });

  it('WC-3: an answer is not kept, not even for the same token', async () => {
    const first = await told('/guarded?token=again');
    const second = await told('/guarded?token=again');
    expect(Number(second.authorizer?.['asked'])).toBe(Number(first.authorizer?.['asked']) + 1);
  });

  it('WC-4, WC-9: methodArn of the stage, fields of the handshake; context and principal in later events', async () => {
    const { authorizer: said, connectionId } = await told('/guarded?token=fine');
    expect(said).toMatchObject({
      principalId: 'ann',
      type: 'REQUEST',
      arn: 'arn:aws:execute-api:us-east-1:000000000000:guarded/prod/$connect',
      kind: 'CONNECT',
      upgrade: 'websocket',
      length: '0',
      id: connectionId,
      colour: 'red',
    });
    expect((await told('/guarded?token=narrow')).authorizer).toMatchObject({ principalId: 'ann' });
  });

  it('WC-7: a key of a plan of this API, throttled and counted at $connect; messages cost nothing', async () => {
    expect(await refused('/metered')).toEqual([403, 'Forbidden']);
    expect(await refused('/metered', { 'x-api-key': 'no-key-of-anybody-at-all' })).toEqual([403, 'Forbidden']);
    const { ws, next } = await client(at('/metered'), { headers: { 'x-api-key': ANN } });
    for (let i = 0; i < 5; i++) {
      ws.send('{"action":"whoami"}');
      expect(JSON.parse(await next())).toMatchObject({ apiId: 'metered' });
    }
    ws.terminate();
    await told('/metered', { 'x-api-key': ANN });
    expect((await refused('/metered', { 'x-api-key': ANN }))[0]).toBe(429);
    await told('/metered', { 'x-api-key': BOB });
    await told('/metered', { 'x-api-key': CIA });
    expect((await refused('/metered', { 'x-api-key': CIA }))[0]).toBe(429);
  });

  it('WC-7: the key of the authorizer instead of the header', async () => {
    expect((await refused('/both?token=fine', { 'x-api-key': BOB }))[0]).toBe(403);
    expect(await told(`/both?token=${BOB}`)).toMatchObject({ authorizer: { principalId: 'ann' } });
    // In no plan of this API.
    expect((await refused(`/both?token=${CIA}`))[0]).toBe(403);
  });

  it('a handshake that breaks RFC 6455 is refused with its reason before anybody is asked', async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
      get({ port: serving.port, path: '/guarded?token=fine', headers }, resolve).on('error', reject);
    });
    answer.resume();
    expect([answer.statusCode, answer.headers['x-sallyport-code']]).toEqual([400, 'socket.bad-handshake']);
  });

  it('tells what is wrong with an authorizer when the document is loaded', async () => {
    const wrong = async (given: object): Promise<readonly string[]> => {
      const thrown = await app
        .reload(document({ 'GET /wrong': api('wrong', { authorizer: given }) }))
        .catch((e: unknown) => e);
      expect(thrown).toBeInstanceOf(DocumentError);
      return (thrown as DocumentError).issues.map((issue) => issue.path);
    };
    expect(await wrong(authorizer({ type: 'TOKEN' }))).toEqual(['WebSocket API "wrong".authorizer']);
    expect((await wrong({ use: 'no-such' })).join()).toContain('authorizer');
    expect((await wrong(authorizer({ identity: ['$request.body.token'] }))).join()).toContain('authorizer');
  });
});
