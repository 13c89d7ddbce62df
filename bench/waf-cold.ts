/**
 * Question: what does a cold process pay to load CRS 4 (paranoia 1) from its asset, and for its first request?
 * Targets: load under 15 ms of CPU, first request under 10 ms over a second one, asset under 400 kB compressed, under 40 MB.
 * Baseline: the same rules read and built, in turn. A fresh process for each sample; the code is one bundled file, as in a
 * Lambda function.
 *
 *   npm run bench -- waf-cold [--rules ../shared/data/crs4] [--workloads ../shared/peers/workloads] [--rounds 9]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { writeAsset } from '../src/waf/asset/asset.ts';
import { createWaf } from '../src/waf/engine.ts';
import { plainRunner } from '../src/waf/plain.ts';
import { median } from './lib/processes.ts';
import { coreRuleSet, readFile } from './waf-rules.ts';

const { values: flags } = parseArgs({
  options: {
    rules: { type: 'string', default: '../shared/data/crs4' },
    workloads: { type: 'string', default: '../shared/peers/workloads' },
    rounds: { type: 'string', default: '9' },
  },
});

interface Sample {
  readonly load: number;
  readonly first: number;
  readonly second: number;
  readonly megabytes: number;
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-cold-'));
const named = new Map<string, string>();
const { program } = createWaf(coreRuleSet(flags.rules), {
  runner: plainRunner,
  readFile(path) {
    const text = readFile(path);
    if (text !== null) named.set(path, text);
    return text;
  },
});
const asset = writeAsset(program, named);
writeFileSync(join(folder, 'rules.asset'), asset);

/** One process: loads one way or the other, asks twice, and says what each took. */
const driver = `
import { readFileSync } from 'node:fs';
import { coreRuleSet, readFile } from ${JSON.stringify(join(import.meta.dirname, 'waf-rules.ts'))};
import { createWaf } from ${JSON.stringify(join(import.meta.dirname, '../src/waf/engine.ts'))};
import { readAsset } from ${JSON.stringify(join(import.meta.dirname, '../src/waf/asset/asset.ts'))};
const [, , way, rules, request] = process.argv;
const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const [head, body] = readFileSync(request, 'latin1').split('\\r\\n\\r\\n');
const [line, ...lines] = head.split('\\r\\n');
const [method, target] = line.split(' ');
const headers = lines.map((each) => [each.slice(0, each.indexOf(':')), each.slice(each.indexOf(':') + 1).trim()]);
const before = process.memoryUsage.rss();
const began = cpu();
const waf = way === 'asset' ? readAsset(readFileSync(rules)).open() : createWaf(coreRuleSet(rules), { readFile });
const load = cpu() - began;
const ask = () => {
  const from = cpu();
  const asked = waf.inspect({ method, target, version: '1.1', headers }, { address: '192.0.2.10' });
  asked.requestHead();
  asked.requestBody(Buffer.from(body, 'latin1'), true);
  asked.responseHead(200, [['Content-Type', 'text/plain']]);
  asked.responseBody(Buffer.from('abc'), true);
  asked.finish();
  return cpu() - from;
};
const first = ask();
const second = ask();
console.log(JSON.stringify({ load, first, second, megabytes: (process.memoryUsage.rss() - before) / 1e6 }));
`;
const file = join(folder, 'driver.mjs');
buildSync({
  stdin: { contents: driver, resolveDir: import.meta.dirname, loader: 'ts' },
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outfile: file,
});
const request = join(flags.workloads, 'get-small.http');
const ways = { asset: join(folder, 'rules.asset'), built: flags.rules };
const samples: Record<keyof typeof ways, Sample[]> = { asset: [], built: [] };
// In turn, so that whatever else the machine does falls on both alike.
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const way of ['asset', 'built'] as const) {
    const out = execFileSync(process.execPath, [file, way, ways[way], request], { encoding: 'utf8' });
    samples[way].push(JSON.parse(out) as Sample);
  }
}
rmSync(folder, { recursive: true, force: true });

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
console.log(
  `asset: ${kilobytes(asset.length)}; ${kilobytes(gzipSync(asset).length)} with gzip, ${kilobytes(brotliCompressSync(asset).length)} with brotli (target 400 kB)`,
);
console.log(`${flags.rounds} fresh processes each, least and median`);
console.log('                                    from the asset     read and built   ratio   target');
const rows = [
  ['load, ms of CPU', ({ load }: Sample) => load, '15'],
  ['first request over a second, ms', ({ first, second }: Sample) => first - second, '10'],
  ['memory of both, MB', ({ megabytes }: Sample) => megabytes, '40'],
] as const;
for (const [name, of, target] of rows) {
  const [ours, built] = [samples.asset.map(of), samples.built.map(of)];
  const said = (list: number[]): string => `${Math.min(...list).toFixed(1)} / ${median(list).toFixed(1)}`.padStart(18);
  const ratio = (Math.min(...ours) / Math.min(...built)).toFixed(3);
  console.log(`${name.padEnd(32)}${said(ours)} ${said(built)} ${ratio.padStart(7)} ${target.padStart(8)}`);
}
