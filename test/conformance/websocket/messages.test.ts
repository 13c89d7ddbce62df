import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run, type Running } from '../../../src/cli/run.ts';
import { explain } from '../../../src/trace/explain.ts';
import type { DecisionRecord } from '../../../src/trace/record.ts';
import { client, until } from './api-stage.ts';

const crs = resolve(import.meta.dirname, '../../../../shared/data/crs4');
const noCrs = existsSync(crs) ? null : `the rule set is not at ${crs}: nothing here can be shown without it`;
if (noCrs !== null) console.warn(noCrs);

let running: Running;

const says = { to: { mock: { says: '$request.body' } }, replies: true };
const websocket = (more: object = {}): object => ({
  to: {
    use: 'websocket',
    with: { api: 'chat', binary: true, routes: { $default: says }, ...more },
  },
});

beforeAll(async () => {
  if (noCrs !== null) return;
  const document = {
    listen: { port: 0, shutdown: '1s' },
    admin: { port: 0 },
    store: { use: 'memory' },
    logging: { sinks: [], remember: 100 },
    waf: { use: 'crs', path: crs },
    routes: {
      'GET /chat': websocket({
        routes: {
          $default: says,
          say: { ...says, model: { type: 'object', required: ['text'] } },
        },
        rules: { 'MESSAGE /$default': [{ name: 'size-limits', params: { body: 500 } }] },
      }),
      'GET /strict': websocket({ api: 'strict', blocked: 'close' }),
      'GET /told': websocket({ api: 'told', waf: { mode: 'detect' } }),
      'GET /free': websocket({ api: 'free', waf: false }),
      'GET /learned': websocket({
        api: 'learned',
        waf: { exclusions: [{ tag: 'attack-sqli', target: 'ARGS:json.query' }] },
      }),
      'GET /few': websocket({
        api: 'few',
        routes: { only: says },
        rates: { perConnection: { rate: 0.001, burst: 2 } },
      }),
    },
  };
  running = await run({ document, folder: import.meta.dirname, plugins: [] }, { log: () => undefined });
}, 60_000);
afterAll(async () => await running?.close());

const at = (path: string): string => `ws://127.0.0.1:${running.serving.port}${path}`;
const attack = (text = "1' UNION SELECT password FROM users -- "): string => JSON.stringify({ action: 'x', text });
const record = async (id: string): Promise<DecisionRecord> =>
  (await (await fetch(`${running.admin?.url}/traces/${id}`)).json()) as DecisionRecord;
const metrics = async (): Promise<string> => await (await fetch(`${running.admin?.url}/metrics`)).text();

describe.skipIf(noCrs !== null)('the firewall at each message', () => {
  it('drops an attack in JSON, in plain text and in fragments of both, and lets the rest through', async () => {
    const { ws, next } = await client(at('/chat'));
    const rows: readonly (readonly [text: string, refused: boolean])[] = [
      [attack(), true],
      ["1' UNION SELECT password FROM users -- ", true],
      ['<script>alert(document.cookie)</script>', true],
      ['{"a":{"b":["x","../../../etc/passwd"]}}', true],
      ['{"a":"\\u003cscript\\u003ealert(1)\\u003c/script\\u003e"}', true],
      ['hello', false],
      ['{"action":"x","text":"it\'s 5 o\'clock"}', false],
      ['Grüße aus München, 100 % sicher', false],
      ['[1,2,{"three":null}]', false],
    ];
    for (const [text, refused] of rows) {
      ws.send(text);
      const said = await next();
      if (refused) expect(JSON.parse(said), text).toMatchObject({ message: 'Forbidden' });
      else expect(said).toBe(text);
    }
    expect(rows.length).toBeGreaterThanOrEqual(9);
    ws.send('<script>alert(docu', { fin: false });
    ws.send('ment.cookie)</script>');
    expect(JSON.parse(await next())).toMatchObject({ message: 'Forbidden' });
    ws.terminate();
  });

  it('looks into binary messages, which have no arguments', async () => {
    const { ws } = await client(at('/chat'));
    const back = new Promise((resolve) => void ws.once('message', (data, binary) => resolve([data, binary])));
    ws.send(Buffer.from([0, 1, 2, 250, 251]));
    expect(await back).toEqual([Buffer.from([0, 1, 2, 250, 251]), true]);
    ws.terminate();
  });

  it('leaves a record under the id in the error frame, which `sallyport explain` tells', async () => {
    const { ws, next } = await client(at('/chat'));
    ws.send(attack());
    const { requestId, connectionId } = JSON.parse(await next()) as { requestId: string; connectionId: string };
    const found = await record(requestId);
    expect(found).toMatchObject({ method: 'MESSAGE', path: '/$default', code: 'socket.message-rule', status: 403 });
    expect(found.version).toBe(running.app.version);
    const story = explain(found);
    expect(story).toContain('942');
    expect(story).toContain(connectionId);
    expect(story).toMatch(/socket\s+dropped/);
    ws.terminate();
  });

  it('ends the connection with 1008 where the document says so', async () => {
    const { ws, ended } = await client(at('/strict'));
    ws.send(attack());
    expect(await ended).toEqual([1008, 'Forbidden']);
    const text = await metrics();
    expect(text).toMatch(/sallyport_websocket_closed_total\{code="1008",by="us",why="waf\.942\d+"\} 1/);
    expect(text).toMatch(/sallyport_refusals_total\{code="socket\.message-rule"\} \d+/);
  });

  it('only counts where it only tells, and can be off or learn', async () => {
    for (const path of ['/told', '/free']) {
      const { ws, next } = await client(at(path));
      ws.send(attack());
      expect(await next()).toBe(attack());
      ws.terminate();
    }
    expect(await metrics()).toMatch(/sallyport_websocket_counted_total\{why="waf\.942\d+"\} 1/);
    const { ws, next } = await client(at('/learned'));
    const query = '{"query":"SELECT name FROM users WHERE 1=1"}';
    ws.send(query);
    expect(await next()).toBe(query);
    ws.send(attack());
    expect(JSON.parse(await next())).toMatchObject({ message: 'Forbidden' });
    ws.terminate();
  });

  it('stands beside rules, models, routes and rates, each with its own reason', async () => {
    const { ws, next } = await client(at('/chat'));
    const idOf = (text: string): string => (JSON.parse(text) as { requestId: string }).requestId;
    ws.send('x'.repeat(501));
    expect(await record(idOf(await next()))).toMatchObject({ code: 'socket.message-rule' });
    ws.send('{"action":"say"}');
    expect(await record(idOf(await next()))).toMatchObject({ code: 'socket.message-model', status: 400 });
    ws.terminate();
    const few = await client(at('/few'));
    few.ws.send('{"action":"nothing"}');
    expect(await record(idOf(await few.next()))).toMatchObject({ code: 'socket.message-route' });
    few.ws.send('{"action":"only"}');
    expect(await few.next()).toBe('{"action":"only"}');
    few.ws.send('{"action":"only"}');
    expect(await record(idOf(await few.next()))).toMatchObject({ code: 'socket.message-rate', status: 429 });
    // A flood is not a flood of records.
    few.ws.send('{"action":"only"}');
    expect(await record(idOf(await few.next()))).toMatchObject({ message: expect.any(String) as string });
    few.ws.terminate();
  });

  it('tells connections and messages in the metrics', async () => {
    const { ws, next } = await client(at('/chat'));
    ws.send('counted');
    await next();
    const text = await metrics();
    expect(text).toMatch(/^sallyport_websocket_connections [1-9]/m);
    expect(text).toMatch(/^sallyport_websocket_messages_total [1-9]/m);
    expect(text).toMatch(/^sallyport_websocket_message_bytes_total [1-9]/m);
    expect(text).toMatch(/sallyport_websocket_dropped_total\{reason="message-rate",why="rate\.connection"\} 2/);
    ws.close(4321);
    await until(() => running.app.sockets.size === 0);
    expect(await metrics()).toContain('sallyport_websocket_closed_total{code="4xxx",by="peer",why=""} 1');
  });
});
