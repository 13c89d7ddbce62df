/**
 * CPU time per transaction, all phases, ours against libmodsecurity, batch by batch in turn, minimum of the batches:
 *
 *   node scripts/run.mjs bench/waf-engine.ts --rules DIR --workloads DIR \
 *     --peer BINARY --peer-rules LEVEL1.conf --peer-rules-4 LEVEL4.conf [--rounds 5] [--only TEXT]
 *
 * BINARY is libmodsecurity-bench built in a scratch folder; the two configurations are what nginx-modsecurity/run.sh
 * writes at paranoia 1 and 4. Without --peer our own figures are printed alone.
 */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { createWaf, type Waf } from '../src/waf/engine.ts';
import { fastRunner } from '../src/waf/fast/runner.ts';
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
  },
});

const response = [
  ['Content-Type', 'text/plain'],
  ['Content-Length', '3'],
] as const;
const responseBody = Buffer.from('abc');
const viewer = { address: '192.0.2.10', port: 40000, serverAddress: '127.0.0.1', serverPort: 443 };

/** One transaction as the peer's program runs it: after a refusal only the log is left. */
function transact(waf: Waf, { request, body }: Workload): string {
  const inspection = waf.inspect(request, viewer);
  let verdict = inspection.requestHead();
  if (verdict.kind === 'pass') verdict = inspection.requestBody(body, true);
  if (verdict.kind === 'pass') verdict = inspection.responseHead(200, response);
  if (verdict.kind === 'pass') verdict = inspection.responseBody(responseBody, true);
  inspection.finish();
  return verdict.kind === 'stop' ? String(verdict.status) : 'pass';
}

/** Microseconds of CPU per transaction in one batch of about 150 ms. */
function batch(waf: Waf, load: Workload, count: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) transact(waf, load);
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
    waf = createWaf(coreRuleSet(values.rules, paranoia), { readFile, runner: fastRunner });
    wafs.set(paranoia, waf);
  }
  return waf;
}

const loads = workloads(values.workloads, `${tmpdir()}/sallyport-bench`).filter(({ name }) =>
  name.includes(values.only),
);
const rounds = Number(values.rounds);
console.log('request                 | ours us | peer us |  ratio |   must |    aim | ours, peer say');
interface Row {
  readonly load: Workload;
  readonly waf: Waf;
  readonly count: number;
  ours: number;
  peer: number;
  status: string;
}

const rows = loads.map((load): Row => {
  const waf = wafAt(load.paranoia);
  const first = batch(waf, load, 50);
  return {
    load,
    waf,
    count: Math.max(20, Math.min(3000, Math.round(120_000 / first))),
    ours: Infinity,
    peer: Infinity,
    status: '-',
  };
});
// The compiler of the machine has to have seen all of it before anything is measured.
for (let i = 0; i < 8; i++) for (const row of rows) batch(row.waf, row.load, row.count);
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
