/**
 * Question: how long does a hit take while large objects are being fetched and stored at the same time?
 * Baseline: lib/bare-server.mjs, its 1 kB asked for under the same streams of large bodies from itself, same run, taking turns.
 * Figure: p50 and p99 of the time to the whole of a 1 kB answer over one keep-alive connection, in ms, and the ratios.
 *
 *   npm run build && npm run bench -- cache-fill [--seconds 4] [--rounds 5] [--fills 4] [--store memory|disk] [--json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, start } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    fills: { type: 'string', default: '4' },
    store: { type: 'string', default: 'memory' },
    json: { type: 'boolean', default: false },
  },
});
const LARGE = 8_000_000;
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const origin = await start([join(here, 'lib/large-origin.mjs'), String(LARGE)]);
const documentPath = join(folder, 'edge.json');
writeFileSync(
  documentPath,
  JSON.stringify({
    listen: { port: 0 },
    admin: { enabled: false },
    store: { use: 'memory' },
    logging: { sinks: [] },
    origins: { main: { url: `http://127.0.0.1:${origin.port}`, allow: ['127.0.0.1'] } },
    routes: {},
    edge: {
      objects: { use: flags.store, bytes: '256mb', path: join(folder, 'objects') },
      behaviours: [{ path: '*', origin: 'main', cache: {} }],
    },
  }),
);
const contenders = [
  { name: 'bare node:http (baseline)', server: await start([join(here, 'lib/large-origin.mjs'), String(LARGE)]) },
  { name: `sallyport, hit, ${flags.store}`, server: await start([join(here, 'lib/edge.mjs'), documentPath]) },
];

/** Reads one answer to its end; resolves to the milliseconds it took. */
const fetched = (agent: Agent, port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const outgoing = request({ agent, port, host: '127.0.0.1', path }, (incoming) => {
      if (incoming.statusCode !== 200) reject(new Error(`${path} was answered with ${incoming.statusCode}`));
      incoming.resume().on('end', () => resolve(performance.now() - began));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject).end();
  });

let number = 0;
async function round(port: number): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + Number(flags.seconds) * 1000;
  const agent = new Agent({ keepAlive: true });
  await fetched(agent, port, '/small');
  const filling = Array.from({ length: Number(flags.fills) }, async () => {
    // Each large object is a new one, so that each is fetched and stored.
    while (performance.now() < until) await fetched(agent, port, `/large/${number++}`);
  });
  const own = new Agent({ keepAlive: true, maxSockets: 1 });
  while (performance.now() < until) times.push(await fetched(own, port, '/small'));
  await Promise.all(filling);
  agent.destroy();
  own.destroy();
  return times.sort((a, b) => a - b);
}

const at = (times: readonly number[], share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
const samples = contenders.map(() => ({ p50: [] as number[], p99: [] as number[], hits: 0 }));
for (let turn = -1; turn < Number(flags.rounds); turn++)
  for (const [which, { server }] of contenders.entries()) {
    const times = await round(server.port);
    const into = samples[which];
    if (turn < 0 || !into) continue;
    into.p50.push(at(times, 0.5));
    into.p99.push(at(times, 0.99));
    into.hits += times.length;
  }
for (const { server } of contenders) await server.stop();
await origin.stop();
rmSync(folder, { recursive: true, force: true });

const rows = contenders.map(({ name }, which) => {
  const own = samples[which] as (typeof samples)[number];
  const base = samples[0] as (typeof samples)[number];
  return {
    name,
    requests: own.hits,
    p50: median(own.p50),
    p99: median(own.p99),
    ratio50: median(own.p50.map((value, turn) => value / (base.p50[turn] as number))),
    ratio99: median(own.p99.map((value, turn) => value / (base.p99[turn] as number))),
  };
});
if (flags.json) console.log(JSON.stringify(rows, null, 2));
else
  for (const row of rows)
    console.log(
      `${row.name.padEnd(28)} p50 ${row.p50.toFixed(2)} ms (${row.ratio50.toFixed(2)} of bare)   p99 ${row.p99.toFixed(2)} ms (${row.ratio99.toFixed(2)} of bare)   ${row.requests} requests`,
    );
