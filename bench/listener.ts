/**
 * Question: what does a request cost on our own HTTP/1 engine alone, against a bare node:http server?
 * Baseline: lib/bare-server.mjs, same run, taking turns: the same bytes from memory. lib/wire-server.mjs has the engine, and no line behind it.
 * Figure: requests per CPU-second of the server's process, keep-alive. Target 1.5 for 1 kB, 1.0 for 100 kB.
 *
 *   npm run build && npm run bench -- listener [--seconds 2] [--rounds 5] [--json]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, median, start } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const lib = join(import.meta.dirname, 'lib');
const contenders = [
  { name: 'bare node:http (baseline)', server: await start([join(lib, 'bare-server.mjs')]) },
  { name: 'own engine', server: await start([join(lib, 'wire-server.mjs')]) },
];

const rows: { path: string; name: string; cpuMicrosPerRequest: number; ratio: number }[] = [];
for (const path of ['/1k', '/100k']) {
  const samples = contenders.map(() => [] as number[]);
  for (let round = -1; round < Number(flags.rounds); round++) {
    for (const [at, { name, server }] of contenders.entries()) {
      const before = server.cpuMs();
      const done = load(`http://127.0.0.1:${server.port}${path}`, round < 0 ? 1 : Number(flags.seconds));
      if (done.failed > 0) throw new Error(`${done.failed} requests to ${name} were not answered with 200`);
      if (round >= 0) samples[at]?.push(((server.cpuMs() - before) * 1000) / done.requests);
    }
  }
  for (const [at, { name }] of contenders.entries()) {
    const own = samples[at] as number[];
    const ratio = median(own.map((value, round) => (samples[0]?.[round] as number) / value));
    rows.push({ path, name, cpuMicrosPerRequest: median(own), ratio });
  }
}
for (const { server } of contenders) await server.stop();

if (flags.json) console.log(JSON.stringify(rows));
else
  for (const { path, name, cpuMicrosPerRequest, ratio } of rows)
    console.log(
      `${path.padEnd(6)} ${name.padEnd(28)} ${cpuMicrosPerRequest.toFixed(1).padStart(7)} µs/request   ratio ${ratio.toFixed(2)}`,
    );
