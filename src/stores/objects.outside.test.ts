import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock, type ManualClock } from '../base/clock.ts';
import { busContract } from '../testing/contracts/bus.ts';
import { objectsContract } from '../testing/contracts/objects.ts';
import { DiskObjects } from './disk/objects.ts';
import { MemoryBus } from './memory/bus.ts';
import { MemoryObjects } from './memory/objects.ts';
import { redisBus } from './redis/bus.ts';
import { RedisObjects } from './redis/objects.ts';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'sallyport-objects-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const meta = (clock: ManualClock, key: string) => ({
  key,
  variant: '',
  url: key,
  tags: [],
  keepUntil: clock.now() + 1e6,
  head: { flat: [] },
});

describe('memory objects', () => {
  for (const each of objectsContract) {
    it(each.name, () =>
      each.run(async () => {
        const clock = manualClock();
        return { clock, store: new MemoryObjects({ clock, bytes: 64e6 }) };
      }),
    );
  }
  it('stays within its bound, the longest unused going first', async () => {
    const clock = manualClock();
    const store = new MemoryObjects({ clock, bytes: 100_000 });
    for (let at = 0; at < 50; at++) {
      const writer = store.write(meta(clock, `http://a/${at}`), 8000);
      await writer?.write(new Uint8Array(8000));
      await writer?.commit(() => true);
      const first = store.find('http://a/0')[0];
      if (first) store.read(first, 0, 1);
      expect(store.stats().bytes).toBeLessThanOrEqual(100_000);
    }
    expect(store.find('http://a/0')).toHaveLength(1);
    expect(store.find('http://a/1')).toHaveLength(0);
    expect(store.find('http://a/49')).toHaveLength(1);
    expect(store.write(meta(clock, 'http://a/big'), 90_000)).toBeNull();
  });
});

describe('disk objects', () => {
  const open = (path: string, clock: ManualClock, bytes = 64e6) =>
    DiskObjects.open({ clock, folder: path, bytes, warn: (says) => expect.fail(says) });
  for (const each of objectsContract) {
    it(each.name, () =>
      each.run(async () => {
        const clock = manualClock();
        const path = folder();
        return { clock, store: await open(path, clock), reopen: () => open(path, clock) };
      }),
    );
  }
  it('serves no file that a crash left short, long or foreign', async () => {
    const clock = manualClock();
    const path = folder();
    const store = await open(path, clock);
    for (let at = 0; at < 12; at++) {
      const writer = store.write(meta(clock, `http://a/${at}`), null);
      await writer?.write(new Uint8Array(3000).fill(at));
      await writer?.commit(() => true);
    }
    await store.close();
    const files = readdirSync(path)
      .filter((name) => name !== 'tmp')
      .flatMap((name) => readdirSync(join(path, name)).map((file) => join(path, name, file)));
    expect(files).toHaveLength(12);
    files.forEach((file, at) => {
      if (at % 4 === 0) truncateSync(file, statSync(file).size - 1 - at);
      if (at % 4 === 1) writeFileSync(file, new Uint8Array(10), { flag: 'a' });
      if (at % 4 === 2) writeFileSync(file, 'something else altogether');
    });
    const again = await open(path, clock);
    expect(again.stats().objects).toBe(3);
    let read = 0;
    for (let at = 0; at < 12; at++) {
      for (const object of again.find(`http://a/${at}`)) {
        const body = await again.read(object, 0, object.size);
        expect(await body?.bytes()).toEqual(new Uint8Array(3000).fill(at));
        read++;
      }
    }
    expect(read).toBe(3);
    await again.close();
  });
  it('keeps within its bound on the disk too', async () => {
    const clock = manualClock();
    const path = folder();
    const store = await open(path, clock, 50_000);
    for (let at = 0; at < 20; at++) {
      const writer = store.write(meta(clock, `http://a/${at}`), 9000);
      await writer?.write(new Uint8Array(9000));
      await writer?.commit(() => true);
    }
    await store.close();
    expect(store.stats().bytes).toBeLessThanOrEqual(50_000);
    const files = readdirSync(path)
      .filter((name) => name !== 'tmp')
      .flatMap((name) => readdirSync(join(path, name)));
    expect(files).toHaveLength(store.stats().objects);
  });
});

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

describe.skipIf(!hasRedis)('redis objects (skipped only where redis-server is not installed)', () => {
  let server: ChildProcess;
  let port = 0;
  let count = 0;
  const connect = (): Redis => new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 1 });
  beforeAll(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as { port: number }).port;
    probe.close();
    await once(probe, 'close');
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder()],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((resolve) =>
      server.stdout?.on('data', (text: Buffer) => text.includes('Ready to accept') && resolve()),
    );
  });
  afterAll(() => void server?.kill());

  for (const each of objectsContract) {
    it(each.name, () =>
      each.run(async () => {
        const clock = manualClock(Date.now());
        const prefix = `t${count++}:`;
        return {
          clock,
          store: new RedisObjects({ redis: connect(), clock, prefix }),
          reopen: async () => new RedisObjects({ redis: connect(), clock, prefix }),
        };
      }),
    );
  }
  for (const each of busContract) {
    it(`bus: ${each.name}`, () =>
      each.run(async () => {
        const prefix = `b${count++}:`;
        const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));
        return {
          one: redisBus(connect(), prefix, () => {}),
          two: redisBus(connect(), prefix, () => {}),
          settled: pause,
        };
      }));
  }
});

describe('memory bus', () => {
  for (const each of busContract) {
    it(each.name, () =>
      each.run(async () => {
        const bus = new MemoryBus();
        return { one: bus.join(), two: bus.join(), settled: async () => {} };
      }),
    );
  }
});
