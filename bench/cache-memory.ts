/**
 * Question: what does a stored small object cost in memory? A line fills its cache through the whole corridor.
 * Baseline: the same bodies alone, as Uint8Array in a Map.
 * Figure: bytes of heap and buffers per object, by difference, after a full collection.
 *
 *   npm run build && node --expose-gc scripts/run.mjs bench/cache-memory.ts [--objects 200000] [--bytes 200]
 */
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: { objects: { type: 'string', default: '200000' }, bytes: { type: 'string', default: '200' } },
});
const dist = new URL('../dist/', import.meta.url);
const { sallyport } = (await import(new URL('index.js', dist).href)) as typeof import('../src/index.ts');
const { HeaderList } = (await import(new URL('http/headers.js', dist).href)) as typeof import('../src/http/headers.ts');
const { Body } = (await import(new URL('http/body.js', dist).href)) as typeof import('../src/http/body.ts');

const objects = Number(flags.objects);
const size = Number(flags.bytes);
const collect = (globalThis as { gc?: () => void }).gc;
if (!collect) throw new Error('run with --expose-gc');
const used = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const empty = used();
const bare = new Map<string, Uint8Array>();
for (let at = 0; at < objects; at++) bare.set(`http://localhost/item/${at}`, new Uint8Array(size));
const baseline = (used() - empty) / objects;
bare.clear();

const viewer = {
  address: '127.0.0.1',
  peer: '127.0.0.1',
  port: 1,
  secure: false,
  localAddress: '127.0.0.1',
  localPort: 8080,
};
const app = await sallyport({
  document: {
    store: { use: 'memory' },
    origins: { o: { url: 'http://10.0.0.1' } },
    routes: {},
    edge: { objects: { bytes: '4gb' }, behaviours: [{ path: '*', origin: 'o', cache: {} }] },
  },
  ports: {
    sinks: [],
    openDialer: () => ({
      dial: async () => ({
        status: 200,
        headers: HeaderList.fromFlat([
          'Content-Type',
          'application/json',
          'Cache-Control',
          'max-age=3600',
          'ETag',
          '"abcdef"',
          'Content-Length',
          String(size),
        ]),
        body: Body.of(new Uint8Array(size)),
        address: 'a',
      }),
      close: async () => {},
    }),
  },
});
const before = used();
for (let at = 0; at < objects; at++) {
  await app.handle(
    {
      method: 'GET',
      target: `/item/${at}`,
      version: '1.1',
      headers: HeaderList.fromFlat(['Host', 'localhost']),
      body: null,
    },
    viewer,
  );
}
const after = used();
const stats = await app.cacheStats();
console.log(
  `${stats?.objects} objects of ${size} bytes: ${((after - before) / objects).toFixed(0)} bytes each, counted as ${((stats?.bytes ?? 0) / objects).toFixed(0)}; bare ${baseline.toFixed(0)}; a million ${((((after - before) / objects) * 1e6) / 1_048_576).toFixed(0)} MB`,
);
await app.close();
