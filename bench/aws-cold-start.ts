/**
 * Question: what does a cold start cost for each Lambda door, and a warm event, in time and money?
 *
 * CPU milliseconds to load its bundle and to answer its first event, over an
 * empty handler in the same kind of process, and the warm time per event with the price that follows from it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../src/cdk/bundle.ts';
import { lambdaPrice, wafPrice } from '../src/lab/cost.ts';
import { crsAsset } from '../test/aws/lib/crs-asset.ts';
import { events } from '../test/aws/functions/events.ts';

const samples = Number(process.env['SAMPLES'] ?? 7);
const warm = 2000;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-cold-'));
const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;

const driver = `
import { readFileSync } from 'node:fs';
globalThis.awslambda = { streamifyResponse: (h) => h, HttpResponseStream: { from: (s) => s } };
process.stdout.write = () => true;
const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const event = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const start = cpu();
const { handler } = await import(process.argv[2]);
const loaded = cpu();
await handler(event);
const first = cpu();
const times = [];
for (let i = 0; i < Number(process.argv[4]); i++) { const at = performance.now(); await handler(event); times.push(performance.now() - at); }
times.sort((a, b) => a - b);
process.stderr.write(JSON.stringify({ load: loaded - start, first: first - loaded, p50: times[times.length >> 1] ?? 0, p99: times[Math.floor(times.length * 0.99)] ?? 0 }));
`;

interface Sample {
  readonly load: number;
  readonly first: number;
  readonly p50: number;
  readonly p99: number;
}

function sample(file: string, event: string, rounds: number): Sample {
  const output = execFileSync(
    '/bin/sh',
    [
      '-c',
      `exec "$0" "$@" 2>&1 1>/dev/null`,
      process.execPath,
      join(folder, 'driver.mjs'),
      file,
      event,
      String(rounds),
    ],
    { encoding: 'utf8' },
  );
  return JSON.parse(output.slice(output.lastIndexOf('{"load"'))) as Sample;
}

writeFileSync(join(folder, 'driver.mjs'), driver);
writeFileSync(join(folder, 'empty.mjs'), 'export const handler = async () => ({});');
writeFileSync(join(folder, 'empty.json'), '{}');
const every = [
  ['authorizer', 'authorizer'],
  ['protect', 'authorizer'],
  ['websocket', 'authorizer'],
  ['edge', 'authorizer'],
  ['authorizer-crs', 'line'],
  ['protect-crs', 'line'],
  ['http-api', 'line'],
  ['rest-api', 'line'],
  ['alb', 'line'],
] as const;
const asset = crsAsset();
if (asset !== null) writeFileSync(join(folder, 'waf.asset'), asset);
const doors = every.filter(([name]) => asset !== null || !name.endsWith('-crs'));
for (const [name, kind] of doors) {
  writeFileSync(
    join(folder, `${name}.mjs`),
    bundle(join(import.meta.dirname, `../test/aws/functions/${name}.ts`), kind).code,
  );
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(events[name]?.('/x')));
}
const names = ['empty', ...doors.map(([name]) => name)];
const found = new Map<string, Sample[]>(names.map((name) => [name, []]));
// In turn, so that whatever else the machine does falls on all of them alike.
for (let round = 0; round < samples; round++)
  for (const name of names)
    found.get(name)?.push(sample(join(folder, `${name}.mjs`), join(folder, `${name}.json`), round === 0 ? warm : 0));

const empty = found.get('empty') as Sample[];
const base = { load: median(empty.map((each) => each.load)), first: median(empty.map((each) => each.first)) };
console.log(`empty handler: ${base.load.toFixed(1)} ms of CPU to load; ${samples} fresh processes each`);
console.log(
  'door           load over empty   ratio   first event   warm p50   warm p99   $ per million at 128 MB arm64',
);
for (const [name] of doors) {
  const all = found.get(name) as Sample[];
  const load = median(all.map((each) => each.load));
  const first = median(all.map((each) => each.first));
  const { p50, p99 } = all[0] as Sample;
  const price = lambdaPrice({ memoryMb: 128, milliseconds: Math.max(1, p50) });
  console.log(
    `${name.padEnd(14)} ${`${(load - base.load).toFixed(1)} ms`.padStart(15)} ${(load / base.load).toFixed(1).padStart(7)} ${`${(first - base.first).toFixed(1)} ms`.padStart(13)} ${`${p50.toFixed(3)} ms`.padStart(10)} ${`${p99.toFixed(3)} ms`.padStart(10)} ${price.toFixed(3).padStart(10)}`,
  );
}
console.log(
  `AWS WAF with 5 rules, 1 and 100 million requests a month: $${wafPrice({ rules: 5, millions: 1 }).toFixed(2)} and $${wafPrice({ rules: 5, millions: 100 }).toFixed(2)}`,
);
rmSync(folder, { recursive: true, force: true });
