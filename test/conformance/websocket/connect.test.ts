import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DocumentError } from '../../../src/config/issues.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, refusedWith, until } from './api-stage.ts';

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
    wide: { stages: [{ api: 'perKey' }], keys: ['ann'] },
    slow: { stages: [{ api: 'metered', throttle: { $connect: { rate: 0, burst: 1 } } }], keys: ['cia'] },
  },
  routes: {
    'GET /guarded': api('guarded', { authorizer: authorizer(), variables: { colour: 'red' } }),
    'GET /metered': api('metered', { key: 'required' }),
    'GET /both': api('both', { authorizer: authorizer(), key: 'required', keySource: 'authorizer' }),
    'ANY /any': api('any', {}),
    'GET /total': api('total', { connections: { total: 1 } }),
    'GET /perAddress': api('perAddress', { connections: { perAddress: 1 } }),
    'GET /perKey': api('perKey', { key: 'required', connections: { perKey: 1 } }),
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
    const ask = (path: string, method = 'GET', more: Record<string, string> = {}): Promise<readonly unknown[]> =>
      new Promise((resolve, reject) => {
        const asked = request({ port: serving.port, path, method, headers: more }, (answer: IncomingMessage) => {
          answer.resume();
          resolve([answer.statusCode, answer.headers['x-sallyport-code']]);
        });
        asked.on('error', reject).end();
      });
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    expect(await ask('/guarded?token=fine', 'GET', upgrade)).toEqual([400, 'socket.bad-handshake']);
    expect(await ask('/guarded?token=fine')).toEqual([426, 'socket.upgrade-required']);
    expect(await ask('/any', 'POST')).toEqual([405, 'socket.method-not-allowed']);
  });

  it.each([
    ['total', {}, 'socket.too-many-connections'],
    ['perAddress', {}, 'socket.too-many-per-address'],
    ['perKey', { 'x-api-key': ANN }, 'socket.too-many-per-key'],
  ])(
    'budget %s: one more connection than there may be is 429, and free again when one ends',
    async (path, headers, code) => {
      const first = await client(at(`/${path}`), { headers });
      const over = await refusedWith(at(`/${path}`), { headers });
      expect([over.status, over.headers['x-sallyport-code'], over.headers['retry-after']]).toEqual([429, code, '1']);
      first.ws.terminate();
      await until(() => app.sockets.registry(path).size === 0);
      const { ws } = await client(at(`/${path}`), { headers });
      ws.terminate();
    },
  );

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
