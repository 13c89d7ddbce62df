/**
 * Question: what does the corridor itself cost, stage by stage, without sockets? One request is handed to the assembled
 * line over and over, the origin played by a fixed answer; lines with ever more in them take turns.
 * Baseline: a line whose only route answers a fixed response (mock), no key, no throttle, no rules, no log.
 *
 *   npm run build && npm run bench -- corridor [--rounds 7] [--json]
 */
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
});
const dist = new URL('../dist/', import.meta.url);
const { sallyport } = (await import(new URL('index.js', dist).href)) as typeof import('../src/index.ts');
const { HeaderList } = (await import(new URL('http/headers.js', dist).href)) as typeof import('../src/http/headers.ts');
const { Body } = (await import(new URL('http/body.js', dist).href)) as typeof import('../src/http/body.ts');
const { createKey } = (await import(
  new URL('gateway/keyring.js', dist).href
)) as typeof import('../src/gateway/keyring.ts');
const { median } = await import('./lib/processes.ts');

const raw = [
  'Host',
  'api.example.com',
  'User-Agent',
  'wrk/4',
  'Accept',
  '*/*',
  'x-api-key',
  'sp_bench',
  'Accept-Encoding',
  'gzip',
  'X-Request',
  '17',
];
const viewer = {
  address: '127.0.0.1',
  peer: '127.0.0.1',
  port: 1,
  secure: false,
  localAddress: '127.0.0.1',
  localPort: 8080,
};
const mock = { use: 'mock', with: { body: 'x'.repeat(1024) } };
const much = { rate: 1e9, burst: 1e9 };
const log: string[] = [];

const lines: readonly { readonly name: string; readonly document: object; readonly sink?: boolean }[] = [
  { name: 'admit, route, answer (baseline)', document: { routes: { 'GET /orders/{id}': { to: mock } } } },
  { name: 'and a throttle', document: { routes: { 'GET /orders/{id}': { to: mock, throttle: much } } } },
  {
    name: 'and a key with its throttle',
    document: {
      throttles: { perKey: much },
      routes: { 'GET /orders/{id}': { to: mock, key: 'required', throttle: much } },
    },
  },
  {
    name: 'and three rules',
    document: {
      throttles: { perKey: much },
      rules: {
        map: {
          default: [
            { name: 'user-agent' },
            { name: 'size-limits', params: { headerCount: 50 } },
            { name: 'ip-set', params: { allow: ['127.0.0.0/8'] } },
          ],
        },
      },
      routes: { 'GET /orders/{id}': { to: mock, key: 'required', throttle: much } },
    },
  },
  {
    name: 'key, throttles, forwarder',
    document: {
      throttles: { perKey: much },
      origins: { main: { url: 'http://10.0.0.1' } },
      routes: { 'GET /orders/{id}': { to: 'main', key: 'required', throttle: much } },
    },
  },
  {
    name: 'the same with a record as JSON',
    sink: true,
    document: {
      throttles: { perKey: much },
      origins: { main: { url: 'http://10.0.0.1' } },
      routes: { 'GET /orders/{id}': { to: 'main', key: 'required', throttle: much } },
    },
  },
];

const answer = {
  status: 200,
  headers: HeaderList.fromFlat(['Content-Type', 'application/json', 'Content-Length', '1024', 'Date', 'x']),
  body: Body.of('x'.repeat(1024)),
  address: '10.0.0.1:80',
};
const apps = await Promise.all(
  lines.map(async ({ document, sink }) => {
    const sinks = sink
      ? [{ name: 'json', write: (record: unknown) => void (log[0] = JSON.stringify(record)), flush: async () => {} }]
      : [];
    const app = await sallyport({
      document: { store: { use: 'memory' }, ...document },
      ports: { sinks, openDialer: () => ({ dial: async () => answer, close: async () => {} }) },
    });
    await createKey(app.ports.records, app.ports.digest, {
      name: 'bench',
      now: 0,
      tenant: null,
      expiresAt: null,
      key: 'sp_bench',
    });
    return app;
  }),
);

const TIMES = 20_000;
const samples = lines.map(() => [] as number[]);
for (let round = -2; round < Number(flags.rounds); round++) {
  for (const [at, app] of apps.entries()) {
    const before = process.cpuUsage();
    for (let times = 0; times < TIMES; times++) {
      const response = await app.handle(
        { method: 'GET', target: '/orders/7?a=1', version: '1.1', headers: HeaderList.fromFlat(raw), body: null },
        viewer,
      );
      if (response.status !== 200) throw new Error(`${lines[at]?.name}: ${response.status}`);
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) samples[at]?.push((user + system) / TIMES);
  }
}
await Promise.all(apps.map((app) => app.close()));

const base = median(samples[0] as number[]);
const rows = lines.map(({ name }, at) => ({
  name,
  micros: median(samples[at] as number[]),
  ratio: median(samples[at] as number[]) / base,
}));
if (flags.json) console.log(JSON.stringify(rows, null, 2));
else {
  console.log(`CPU of the assembled line, ${flags.rounds} rounds of ${TIMES} requests, taking turns, medians`);
  for (const row of rows)
    console.log(
      `${row.name.padEnd(34)} ${row.micros.toFixed(2).padStart(7)} µs/request   ratio ${row.ratio.toFixed(2)}`,
    );
}
