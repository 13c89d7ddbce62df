import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadDocument } from '../../src/cli/load.ts';
import { run, type Running } from '../../src/cli/run.ts';
import { client, refusedWith } from '../conformance/websocket/api-stage.ts';
import { freePort, noRedis, startRedis, type RedisServer } from '../support/redis.ts';

/** The example as its README tells it: two nodes over Redis, a page in a real browser on each. */

const executablePath = '/usr/bin/chromium';
const noBrowser = existsSync(executablePath) ? null : `there is no ${executablePath}: the page itself is not tested`;
for (const missing of [noRedis, noBrowser]) if (missing !== null) console.warn(missing);

const ANN = 'ann-demo-key-000000000001';
const BOB = 'bob-demo-key-000000000002';
let redis: RedisServer;
const nodes: Running[] = [];

beforeAll(async () => {
  if (noRedis !== null) return;
  redis = await startRedis();
  for (let at = 0; at < 2; at++) {
    Object.assign(process.env, { PORT: String(await freePort()), ADMIN_PORT: '0', REDIS_URL: redis.url });
    const loaded = await loadDocument(
      resolve(import.meta.dirname, '../../examples/protected-chat/sallyport.config.ts'),
    );
    nodes.push(await run(loaded, { sinks: [], log() {} }));
  }
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  await redis?.stop();
});

const at = (node: 0 | 1, key: string): string => `ws://127.0.0.1:${nodes[node]!.serving.port}/chat?key=${key}`;
const join = '{"action":"join","room":"harbour"}';
const say = (text: string): string => JSON.stringify({ action: 'say', room: 'harbour', text });

describe.skipIf(noRedis !== null)('examples/protected-chat on the wire', () => {
  it('lets in who has a key, and nobody else', async () => {
    expect((await refusedWith(at(0, 'eve-demo-key-000000000003'))).status).toBe(403);
    expect((await refusedWith(at(0, ''))).status).toBe(401);
    expect((await refusedWith(`${at(0, ANN)}&x=%3Cscript%3Ealert(1)%3C/script%3E`)).status).toBe(403);
  });

  it('carries what is said in a room to both nodes, and stops what the rules do not want', async () => {
    const [ann, bob] = [await client(at(0, ANN)), await client(at(1, BOB))];
    ann.ws.send(join);
    expect(JSON.parse(await ann.next())).toEqual({ kind: 'joined', room: 'harbour', who: 'ann' });
    expect(JSON.parse(await ann.next())).toEqual({ kind: 'welcome', room: 'harbour', who: 'ann' });
    bob.ws.send(join);
    expect(JSON.parse(await ann.next())).toMatchObject({ kind: 'joined', who: 'bob' });
    await bob.next();
    await bob.next();
    bob.ws.send(say('hello from the other side'));
    const said = { kind: 'said', room: 'harbour', who: 'bob', text: 'hello from the other side' };
    expect(JSON.parse(await ann.next())).toEqual(said);
    expect(JSON.parse(await bob.next())).toEqual(said);
    bob.ws.send(say("' OR 1=1 UNION SELECT password FROM users --"));
    const { message, requestId } = JSON.parse(await bob.next()) as { message: string; requestId: string };
    expect(message).toBe('Forbidden');
    const record = await (await fetch(`${nodes[1]!.admin?.url}/traces/${requestId}`)).text();
    expect(record).toContain('SQL in a message');
    bob.ws.send('{"action":"say","room":"harbour"}');
    expect(JSON.parse(await bob.next())).toMatchObject({ message: 'Bad request body' });
    expect(ann.got.length).toBe(4);
    for (const { ws } of [ann, bob]) ws.terminate();
  });

  it('stops a flood and keeps the connection', async () => {
    const { ws, next } = await client(at(0, ANN));
    for (let i = 0; i < 30; i++) ws.send('{"action":"nothing"}');
    const said: string[] = [];
    for (let i = 0; i < 30; i++) said.push((JSON.parse(await next()) as { message: string }).message);
    expect(said.filter((each) => each === 'Forbidden').length).toBeGreaterThanOrEqual(10);
    expect(said.filter((each) => each === 'Too Many Requests').length).toBeGreaterThanOrEqual(15);
    expect(ws.readyState).toBe(ws.OPEN);
    ws.terminate();
  });
});

describe.skipIf(noRedis !== null || noBrowser !== null)('examples/protected-chat in Chromium', () => {
  let browser: Browser;
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(async () => await browser?.close());

  const enter = async (node: 0 | 1, key: string): Promise<Page> => {
    const page = await browser.newPage();
    await page.goto(`${nodes[node]!.serving.url}/`);
    await page.fill('#key', key);
    await page.click('#enter button');
    return page;
  };
  const write = async (page: Page, text: string): Promise<void> => {
    await page.fill('#text', text);
    await page.click('#say button');
  };
  const sees = (page: Page, text: string): Promise<unknown> => page.waitForSelector(`#log li:has-text("${text}")`);

  it('two people on two nodes talk; a message is stopped and its writer told; a flood too', async () => {
    const [ann, bob] = [await enter(0, ANN), await enter(1, BOB)];
    await ann.waitForSelector('#state:has-text("in harbour as ann")');
    await bob.waitForSelector('#state:has-text("in harbour as bob")');
    await write(ann, 'ahoy');
    await sees(bob, 'ann: ahoy');
    await write(bob, '<img src=x onerror=alert(1)>');
    await sees(bob, 'stopped by the firewall');
    await write(bob, 'sorry');
    await sees(ann, 'bob: sorry');
    expect(await ann.locator('#log li:has-text("onerror")').count()).toBe(0);
    // All in one go: a slow machine would take so long over fourteen clicks that they are no flood.
    await ann.evaluate(`for (let i = 0; i < 14; i++) {
      document.querySelector('#text').value = 'flood ' + i;
      document.querySelector('#say button').click();
    }`);
    await sees(ann, 'You are too fast');
    await ann.waitForSelector('#state:has-text("in harbour as ann")');
  });

  it('somebody without a key stays outside', async () => {
    const eve = await enter(0, 'eve-demo-key-000000000003');
    await eve.waitForSelector('#state:has-text("not let in")');
    expect(await eve.locator('#text').isDisabled()).toBe(true);
  });
});
