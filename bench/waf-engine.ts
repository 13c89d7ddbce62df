/**
 * Question: what does the OWASP Core Rule Set cost per transaction, request by request, against libmodsecurity?
 *
 * CPU time per transaction, all phases, ours against libmodsecurity, batch by batch in turn, minimum of the batches:
 *
 *   node scripts/run.mjs bench/waf-engine.ts --rules DIR --workloads DIR \
 *     --peer BINARY --peer-rules LEVEL1.conf --peer-rules-4 LEVEL4.conf [--rounds 5] [--only TEXT] [--fresh]
 *
 * BINARY is libmodsecurity-bench built in a scratch folder; the two configurations are what nginx-modsecurity/run.sh
 * writes at paranoia 1 and 4. Without --peer our own figures are printed alone. The same request comes again and again,
 * so that what is remembered about values counts; with --fresh every parameter and every text of a body is another each
 * time.
 * With --memory nothing is timed: what the level-1 rules take after 10,000 transactions in a process that did nothing else.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAsset, writeAsset } from '../src/waf/asset/asset.ts';
import { createWaf, type Waf } from '../src/waf/engine.ts';
import { workloads, type Workload } from './waf-requests.ts';
import { coreRuleSet, readFile } from './waf-rules.ts';

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '../shared/data/crs4' },
    workloads: { type: 'string', default: '../shared/peers/workloads' },
    peer: { type: 'string' },
    'peer-rules': { type: 'string', default: '' },
    'peer-rules-4': { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    asset: { type: 'string' },
  },
});

const response = [
  ['Content-Type', 'text/plain'],
  ['Content-Length', '3'],
] as const;
const responseBody = Buffer.from('abc');
const viewer = { address: '192.0.2.10', port: 40000, serverAddress: '127.0.0.1', serverPort: 443 };

/** One transaction as the peer's program runs it: after a refusal only the log is left. */
function transact(waf: Waf, { request, body }: Pick<Workload, 'request' | 'body'>): string {
  const inspection = waf.inspect(request, viewer);
  let verdict = inspection.requestHead();
  if (verdict.kind === 'pass') verdict = inspection.requestBody(body, true);
  if (verdict.kind === 'pass') verdict = inspection.responseHead(200, response);
  if (verdict.kind === 'pass') verdict = inspection.responseBody(responseBody, true);
  inspection.finish();
  return verdict.kind === 'stop' ? String(verdict.status) : 'pass';
}

let serial = 0;

/** The request with another number in front of each value. */
function another({ request, body }: Workload): Pick<Workload, 'request' | 'body'> {
  const number = (serial++).toString(36);
  const text = Buffer.from(body).toString('latin1');
  return {
    request: { ...request, target: request.target.replaceAll('=', `=${number}`) },
    body: Buffer.from(
      text.replace(/=|: ?"/g, (start) => start + number),
      'latin1',
    ),
  };
}

/** Microseconds of CPU per transaction in one batch of about 120 ms. */
function batch(waf: Waf, load: Workload, count: number): number {
  const loads = Array.from({ length: count }, () => (values.fresh ? another(load) : load));
  const before = process.cpuUsage();
  for (const each of loads) transact(waf, each);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function peerBatch(load: Workload): { readonly micros: number; readonly status: number } {
  const conf = load.paranoia === 4 ? values['peer-rules-4'] : values['peer-rules'];
  const out = execFileSync(values.peer!, [conf, load.file, String(load.peerBatch), '2'], { encoding: 'utf8' });
  const line = JSON.parse(out) as { cpu_us_min: number; status: number };
  return { micros: line.cpu_us_min, status: line.status };
}

const wafs = new Map<number, Waf>();
function wafAt(paranoia: number): Waf {
  let waf = wafs.get(paranoia);
  if (waf === undefined) {
    waf = createWaf(coreRuleSet(values.rules, paranoia), { readFile });
    wafs.set(paranoia, waf);
  }
  return waf;
}

const loads = workloads(values.workloads, `${tmpdir()}/sallyport-bench`).filter(({ name }) =>
  name.includes(values.only),
);
/** Megabytes of the process, and of the heap with the tables beside it, after a collection where one can be asked for. */
function memoryUsed(): { readonly rss: number; readonly heap: number } {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss: rss / 1e6, heap: (heapUsed + arrayBuffers) / 1e6 };
}

if (values.memory && values.asset === undefined) {
  // Loaded from an asset in a process of its own, as a server does it: reading rules leaves garbage behind.
  const set = coreRuleSet(values.rules, 1);
  const files = new Map<string, string>();
  const read = (path: string): string | null => {
    const text = readFile(path);
    if (text !== null) files.set(path, text);
    return text;
  };
  const asset = `${tmpdir()}/sallyport-bench/level-1.asset`;
  writeFileSync(asset, writeAsset(createWaf(set, { readFile: read }).program, files));
  const run = resolve(import.meta.dirname, '../scripts/run.mjs');
  const given = ['--workloads', values.workloads, '--memory', '--asset', asset];
  execFileSync(process.execPath, ['--expose-gc', run, resolve(import.meta.dirname, 'waf-engine.ts'), ...given], {
    stdio: 'inherit',
  });
  process.exit();
}
if (values.asset !== undefined) {
  const bare = memoryUsed();
  const waf = readAsset(readFileSync(values.asset)).open({});
  const short = loads.filter(({ paranoia, body }) => paranoia === 1 && body.length < 4000);
  for (let i = 0; i < 10_000; i++) transact(waf, another(short[i % short.length]!));
  const then = memoryUsed();
  console.log(`${short.map(({ name }) => name).join('; ')}: 10,000 transactions, no two alike`);
  console.log(
    `process ${(then.rss - bare.rss).toFixed(1)} MB, heap and tables ${(then.heap - bare.heap).toFixed(1)} MB`,
  );
  process.exit();
}

const rounds = Number(values.rounds);
console.log('request                 | ours us | peer us |  ratio |   must |    aim | ours, peer say');
interface Row {
  readonly load: Workload;
  readonly waf: Waf;
  count: number;
  ours: number;
  peer: number;
  status: string;
}

const rows = loads.map((load): Row => {
  const waf = wafAt(load.paranoia);
  return {
    load,
    waf,
    count: 50,
    ours: Infinity,
    peer: Infinity,
    status: '-',
  };
});
// The compiler of the machine has to have seen all of it before anything is measured.
for (let i = 0; i < 10; i++) {
  for (const row of rows) {
    const micros = batch(row.waf, row.load, row.count);
    row.count = Math.max(20, Math.min(3000, Math.round(120_000 / micros)));
  }
}
for (let round = 0; round < rounds; round++) {
  for (const row of rows) {
    for (let i = 0; i < 3; i++) row.ours = Math.min(row.ours, batch(row.waf, row.load, row.count));
    if (values.peer === undefined) continue;
    const result = peerBatch(row.load);
    row.peer = Math.min(row.peer, result.micros);
    row.status = result.status === 0 ? 'pass' : String(result.status);
  }
}
for (const { load, waf, ours, peer, status } of rows) {
  const ratio = ours / peer;
  const mark = values.peer === undefined ? '' : ratio <= load.aim ? 'aim' : ratio <= load.must ? 'must' : 'MISSED';
  const columns = [
    load.name.padEnd(23),
    ours.toFixed(1).padStart(7),
    peer.toFixed(0).padStart(7),
    ratio.toFixed(4).padStart(6),
    String(load.must).padStart(6),
    String(load.aim).padStart(6),
    `${transact(waf, load)}, ${status} ${mark}`,
  ];
  console.log(columns.join(' | '));
}
