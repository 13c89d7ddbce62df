import { afterEach, describe, expect, it } from 'vitest';
import { startEdge, type RunningChild } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { recordingOrigin, type Answering, type RecordingOrigin } from '../support/origin.ts';
import { noRedis, startRedis, type RedisServer } from '../support/redis.ts';
import { until } from '../support/until.ts';

const started: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close();
});
const kept = <T extends { close(): unknown }>(thing: T): T => {
  started.push(thing);
  return thing;
};

async function node(origin: RecordingOrigin, objects: object): Promise<RunningChild & { readonly folder: string }> {
  const folder = temporaryFolder({
    'sallyport.config.json': JSON.stringify({
      listen: { port: 0, shutdown: '300ms' },
      admin: { port: 0 },
      store: { use: 'memory' },
      logging: { sinks: [] },
      routes: {},
      origins: { o: { url: origin.url, allow: ['127.0.0.1'] } },
      edge: { objects, behaviours: [{ origin: 'o', cache: { tagHeader: 'Cache-Tag', key: { host: false } } }] },
    }),
  });
  kept({ close: () => folder.remove() });
  return { ...kept(await startEdge(folder.path)), folder: folder.path };
}

const get = async (url: string): Promise<readonly [body: string, hit: boolean]> => {
  const reply = await fetch(url);
  return [await reply.text(), reply.headers.get('cache-status')?.includes('; hit') ?? false];
};
const purge = async (child: RunningChild, ...items: string[]): Promise<void> => {
  const reply = await fetch(`${child.adminUrl}/cache/purge`, {
    method: 'POST',
    body: JSON.stringify({ items }),
    headers: { 'content-type': 'application/json' },
  });
  expect(reply.status).toBe(200);
};

describe.skipIf(noRedis !== null)(
  `two processes and a Redis server (skipped only where there is none: ${noRedis})`,
  () => {
    const open = async (objects: (redis: RedisServer) => object) => {
      let version = 1;
      const origin = kept(
        await recordingOrigin((_, outgoing) =>
          outgoing.writeHead(200, { 'Cache-Control': 'max-age=600', 'Cache-Tag': 'all' }).end(`version ${version}`),
        ),
      );
      const redis = await startRedis();
      kept({ close: () => redis.stop() });
      const [one, two] = [await node(origin, objects(redis)), await node(origin, objects(redis))];
      return { one, two, origin, next: () => void version++ };
    };

    it('a purge on one is a purge on the other, by path, by prefix and by tag', async () => {
      const { one, two, next } = await open(({ url }) => ({ use: 'memory', url }));
      for (const item of ['/a', '/*', '#all']) {
        for (const each of [one, two]) {
          await get(`${each.url}/a`);
          expect((await get(`${each.url}/a`))[1], item).toBe(true);
        }
        next();
        await purge(one, item);
        const [now] = await get(`${one.url}/a`);
        await until(`the other has heard of ${item}`, async () => (await get(`${two.url}/a`))[0] === now);
      }
    });

    it('objects in the server are one cache for both, and a purge ends them for both', async () => {
      const { one, two, origin, next } = await open(({ url }) => ({ use: 'redis', url }));
      expect(await get(`${one.url}/a`)).toEqual(['version 1', false]);
      await until('the object is there for the other', async () => (await get(`${two.url}/a`))[1]);
      const before = origin.requests.length;
      expect(await get(`${two.url}/a`)).toEqual(['version 1', true]);
      expect(origin.requests).toHaveLength(before);
      next();
      await purge(two, '/a');
      expect((await get(`${one.url}/a`))[0]).toBe('version 2');
    });
  },
);

describe('a process that is killed in the middle of writing', () => {
  const size = 400_000;
  /** Each path's body is its own all the way through, so that a half or foreign one cannot pass. */
  const bodyOf = (path: string): string => `<${path}>`.repeat(Math.ceil(size / (path.length + 2))).slice(0, size);
  const slowly: Answering = (incoming, outgoing) => {
    const body = Buffer.from(bodyOf(incoming.url as string));
    outgoing.writeHead(200, { 'Cache-Control': 'max-age=600', 'Content-Length': String(body.length) });
    let at = 0;
    const more = (): void => {
      if (outgoing.destroyed) return;
      outgoing.write(body.subarray(at, (at += 16_384)));
      if (at < body.length) setTimeout(more, Number(/\d+/.exec(incoming.url as string)?.[0]) % 4);
      else outgoing.end();
    };
    more();
  };

  it('leaves whole objects or none, and purged ones stay away', async () => {
    const origin = kept(await recordingOrigin(slowly));
    const objects = { use: 'disk', path: 'objects' };
    let child = await node(origin, objects);
    const { folder } = child;
    const paths = Array.from({ length: 24 }, (_, at) => `/object-${at}`);
    let hits = 0;
    for (const rest of [24, 16, 8]) {
      const before = child;
      const done = new Set<string>();
      const work = paths.slice(0, rest).map((path) =>
        get(before.url + path).then(
          ([body]) => {
            expect(body === bodyOf(path), path).toBe(true);
            done.add(path);
          },
          () => {}, // cut off by the kill
        ),
      );
      await until('some have come', () => done.size > 2);
      await purge(before, '/object-0');
      before.kill('SIGKILL');
      await Promise.all(work);
      await before.exited;
      child = { ...kept(await startEdge(folder)), folder };
      for (const path of paths) {
        const [body, hit] = await get(child.url + path);
        expect(body === bodyOf(path), `${path} after the crash`).toBe(true);
        if (hit) hits++;
      }
    }
    expect(hits).toBeGreaterThan(0);
  });
});
