/**
 * Question: what does a cold start cost for each Lambda door, and a warm event, in time and money?
 *
 * CPU milliseconds to load its bundle and to answer its first event, over an empty handler in the same kind of process
 * (least and median of SAMPLES processes, in turn), the size of its code, and the warm time per event with the price that
 * follows from it. Targets: a rule map loads within 25 ms and has under 300 kB, with the Core Rule Set within 120 ms and
 * under 2 MB, and Lambda@Edge takes 1 MB at a viewer's moments. Exit code 1 when a size is over; times are told, not judged.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, doorEntry, mostBundleBytes } from '../src/cdk/bundle.ts';
import { lambdaPrice, wafPrice } from '../src/lab/cost.ts';
import { crsAsset } from '../test/aws/lib/crs-asset.ts';
import { document } from '../test/aws/functions/document.ts';
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
mkdirSync(join(folder, 'empty'));
writeFileSync(join(folder, 'empty/index.mjs'), 'export const handler = async () => ({});');
writeFileSync(join(folder, 'empty/event.json'), '{}');
interface Target {
  /** Milliseconds of the median load; null where a cold start answers with the whole line, and nothing was promised. */
  readonly load: number | null;
  readonly bytes: number;
}
const map: Target = { load: 25, bytes: 300 * 1024 };
const atEdge: Target = { load: 25, bytes: Math.min(300 * 1024, mostBundleBytes.edge) };
const crs: Target = { load: 120, bytes: 2 * 1024 * 1024 };
const line: Target = { load: null, bytes: mostBundleBytes.line };
const every = [
  ['authorizer', 'authorizer', map],
  ['protect', 'authorizer', map],
  ['websocket', 'authorizer', map],
  ['edge', 'authorizer', atEdge],
  ['edge-moments', 'authorizer', atEdge],
  ['authorizer-crs', 'line', crs],
  ['protect-crs', 'line', crs],
  ['websocket-crs', 'line', crs],
  ['http-api', 'line', line],
  // The same as a construct writes it: the document was checked at synth.
  ['http-api-cdk', 'line', line],
  ['rest-api', 'line', line],
  ['alb', 'line', line],
] as const;
const asset = crsAsset();
const doors = every.filter(([name]) => asset !== null || !name.endsWith('-crs'));
if (asset === null) console.error('no rule set at ../shared/data/crs4: the doors with the Core Rule Set are left out');
/** The door's code, and for a firewall its asset as it is sent. */
const sizes = new Map<string, number>();
const assetBytes = asset === null ? 0 : gzipSync(asset).length;
for (const [name, kind] of doors) {
  const entry =
    name === 'http-api-cdk'
      ? doorEntry({ door: 'httpApi', options: { document } })
      : join(import.meta.dirname, `../test/aws/functions/${name}.ts`);
  const { folder: bundled, bytes } = bundle(entry, kind);
  renameSync(bundled, join(folder, name));
  if (asset !== null && name.endsWith('-crs')) writeFileSync(join(folder, name, 'waf.asset'), asset);
  sizes.set(name, bytes + (name.endsWith('-crs') ? assetBytes : 0));
  writeFileSync(
    join(folder, name, 'event.json'),
    JSON.stringify(events[name.replace('websocket-crs', 'websocket').replace('-cdk', '')]?.('/x')),
  );
}
const names = ['empty', ...doors.map(([name]) => name)];
const found = new Map<string, Sample[]>(names.map((name) => [name, []]));
// In turn, so that whatever else the machine does falls on all of them alike.
for (let round = 0; round < samples; round++)
  for (const name of names)
    found
      .get(name)
      ?.push(sample(join(folder, name, 'index.mjs'), join(folder, name, 'event.json'), round === 0 ? warm : 0));

const figures = (name: string, of: 'load' | 'first'): { readonly least: number; readonly median: number } => {
  const list = (found.get(name) as Sample[]).map((each) => each[of]);
  return { least: Math.min(...list), median: median(list) };
};
const over = (name: string, of: 'load' | 'first'): { readonly least: number; readonly median: number } => {
  const [door, empty] = [figures(name, of), figures('empty', of)];
  return { least: door.least - empty.least, median: door.median - empty.median };
};
const ms = ({ least, median: middle }: { least: number; median: number }): string =>
  `${least.toFixed(1)} / ${middle.toFixed(1)} ms`;
const base = figures('empty', 'load').median;
console.log(`empty handler: ${base.toFixed(1)} ms of CPU to load; ${samples} fresh processes each; least / median`);
console.log(
  'door             load over empty  target  ratio       first event      kB  limit  warm p50   warm p99  $ per million at 128 MB arm64',
);
let tooLarge = false;
for (const [name, , target] of doors) {
  const load = over(name, 'load');
  const { p50, p99 } = (found.get(name) as Sample[])[0] as Sample;
  const price = lambdaPrice({ memoryMb: 128, milliseconds: Math.max(1, p50) });
  const bytes = sizes.get(name) as number;
  const fits = bytes < target.bytes;
  tooLarge ||= !fits;
  const kept = target.load === null ? '' : load.median < target.load ? `<${target.load}` : `MISSED`;
  const kb = (count: number): string => (count / 1024).toFixed(0);
  console.log(
    `${name.padEnd(14)} ${ms(load).padStart(17)} ${kept.padStart(7)} ${((load.median + base) / base).toFixed(0).padStart(6)} ${ms(over(name, 'first')).padStart(17)} ${kb(bytes).padStart(7)} ${(fits ? `<${kb(target.bytes)}` : 'OVER').padStart(6)} ${`${p50.toFixed(3)} ms`.padStart(9)} ${`${p99.toFixed(3)} ms`.padStart(10)} ${price.toFixed(3).padStart(8)}`,
  );
}
console.log(
  `AWS WAF with 5 rules, 1 and 100 million requests a month: $${wafPrice({ rules: 5, millions: 1 }).toFixed(2)} and $${wafPrice({ rules: 5, millions: 100 }).toFixed(2)}`,
);
rmSync(folder, { recursive: true, force: true });
process.exitCode = tooLarge ? 1 : 0;
