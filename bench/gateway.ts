/**
 * Question: what do routing, an API key and a throttle cost, against a bare forwarder that has none of them?
 * Baseline: bare-forwarder.mjs (node:http and undici's pool) in front of the same origin, same run, taking turns.
 * Figure: requests per CPU-second of the server process, 1 kB answers, keep-alive. Target 0.80, aim 0.90.
 *
 *   npm run build && npm run bench -- gateway [--seconds 3] [--rounds 5] [--json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, median, start, type Measured } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(flags.seconds);
const rounds = Number(flags.rounds);
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));

const origin = await start([join(here, 'lib/origin.mjs')]);
const document = (sinks: readonly object[], more: object = {}): object => ({
  listen: { port: 0 },
  admin: { enabled: false },
  store: { use: 'sqlite', with: { path: join(folder, 'state.db') } },
  logging: { sinks },
  throttles: { perKey: { rate: 1e6, burst: 1e6 } },
  routes: { 'GET /orders/{id}': { to: 'main', key: 'required', throttle: { rate: 1e6, burst: 1e6 } } },
  origins: { main: { url: `http://127.0.0.1:${origin.port}`, allow: ['127.0.0.1'] } },
  ...more,
});
const edge = (name: string, sinks: readonly object[], more: object = {}): Promise<Measured> => {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(document(sinks, more)));
  return start([join(here, 'lib/edge.mjs'), path], { env: { NODE_ENV: 'production' } });
};

const key = 'sp_bench_key_of_this_run_only';
const contenders: { readonly name: string; readonly server: Measured; readonly headers: readonly string[] }[] = [
  {
    name: 'bare forwarder (baseline)',
    server: await start([join(here, 'lib/bare-forwarder.mjs'), `http://127.0.0.1:${origin.port}`]),
    headers: [],
  },
  { name: 'route, key, throttle', server: await edge('plain', []), headers: [`x-api-key: ${key}`] },
  {
    name: 'the same with the decision log',
    server: await edge('logged', [{ use: 'file', with: { path: join(folder, 'log.jsonl') } }]),
    headers: [`x-api-key: ${key}`],
  },
  {
    name: 'the same, log and three rules',
    server: await edge('ruled', [{ use: 'file', with: { path: join(folder, 'log2.jsonl') } }], {
      rules: {
        map: {
          default: [
            { name: 'user-agent', params: { required: false } },
            { name: 'size-limits', params: { headerCount: 50 } },
            { name: 'ip-set', params: { allow: ['127.0.0.0/8'] } },
          ],
        },
      },
    }),
    headers: [`x-api-key: ${key}`],
  },
];

const samples = contenders.map(() => [] as number[]);
for (let round = -1; round < rounds; round++) {
  for (const [at, { server, headers }] of contenders.entries()) {
    const before = server.cpuMs();
    const done = load(`http://127.0.0.1:${server.port}/orders/7`, round < 0 ? 2 : seconds, { headers });
    if (done.failed > 0)
      throw new Error(
        `${done.failed} of ${done.requests} requests to ${contenders[at]?.name} were not answered with 200`,
      );
    if (round >= 0) samples[at]?.push(((server.cpuMs() - before) * 1000) / done.requests);
  }
}

const base = median(samples[0] as number[]);
const rows = contenders.map(({ name, server }, at) => {
  const micros = median(samples[at] as number[]);
  const ratios = (samples[at] as number[]).map((value, round) => (samples[0]?.[round] as number) / value);
  return {
    name,
    cpuMicrosPerRequest: micros,
    ratio: median(ratios),
    ofMedians: base / micros,
    rssMb: server.rss() / 1_048_576,
  };
});
await Promise.all([...contenders.map(({ server }) => server.stop()), origin.stop()]);
rmSync(folder, { recursive: true });

if (flags.json) console.log(JSON.stringify(rows, null, 2));
else {
  console.log(
    `requests per CPU-second against the bare forwarder; ${rounds} rounds of ${seconds} s, taking turns, medians`,
  );
  for (const row of rows)
    console.log(
      `${row.name.padEnd(34)} ${row.cpuMicrosPerRequest.toFixed(1).padStart(7)} µs/request   ratio ${row.ratio.toFixed(2)}   ${row.rssMb.toFixed(0)} MB`,
    );
}
