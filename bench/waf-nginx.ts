/**
 * Question: what does the OWASP Core Rule Set cost end to end, as a reverse proxy, against nginx with libmodsecurity?
 * Baseline: nginx + ModSecurity's connector + the same rules, one worker, in front of the same small upstream, taking turns.
 * Figure: requests per CPU-second of the proxy's process. Must 20 times, 30 with a wire of our own.
 *
 *   npm run build && npm run bench -- waf-nginx --peers DIR --rules DIR [--seconds 4] [--rounds 3] [--json]
 *
 * DIR of --peers holds nginx-modsecurity/run.sh (start, stop) and workloads/*.lua; --rules is a rule set's directory.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, start } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    peers: { type: 'string' },
    rules: { type: 'string' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
if (!flags.peers || !flags.rules) throw new Error('wanted --peers DIR and --rules DIR');
const peers = resolve(flags.peers);
const rules = resolve(flags.rules);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-nginx-'));
const workloads = ['get-small', 'post-json-2k', 'post-form-10k', 'get-sqli'] as const;
const PEER_PORT = 18_410;

const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
const workersOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    });

/** One load of a workload; CPU microseconds per request of the processes that are asked about. */
function measure(port: number, workload: string, seconds: number, cpuMs: () => number): number {
  const before = cpuMs();
  const { stdout } = spawnSync(
    'wrk',
    ['-t1', '-c8', `-d${seconds}s`, '-s', join(peers, 'workloads', `${workload}.lua`), `http://127.0.0.1:${port}`],
    { encoding: 'utf8' },
  );
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0);
  if (requests === 0) throw new Error(`no request was answered: ${stdout}`);
  return ((cpuMs() - before) * 1000) / requests;
}

const script = join(peers, 'nginx-modsecurity/run.sh');
const told = execFileSync('bash', [script, 'start', String(PEER_PORT)], {
  env: { ...process.env, CRS_DIR: rules },
  encoding: 'utf8',
});
const nginx = Number(/PID (\d+)/.exec(told)?.[1]);
const rows: { workload: string; ours: number; nginx: number; ratio: number }[] = [];
try {
  const document = join(folder, 'document.json');
  writeFileSync(
    document,
    JSON.stringify({
      listen: { port: 0, trustedProxies: [] },
      admin: { enabled: false },
      store: { use: 'memory' },
      logging: { sinks: [] },
      waf: { use: 'crs', path: rules, paranoia: 1 },
      routes: { $default: { to: 'main' } },
      origins: { main: { url: `http://127.0.0.1:${PEER_PORT + 1}`, allow: ['127.0.0.1'] } },
    }),
  );
  const edge = await start([join(import.meta.dirname, 'lib/edge.mjs'), document]);
  const nginxCpu = (): number => workersOf(nginx).reduce((sum, pid) => sum + cpuOf(pid), 0);
  for (const workload of workloads) {
    measure(edge.port, workload, 2, () => edge.cpuMs());
    measure(PEER_PORT, workload, 1, nginxCpu);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < Number(flags.rounds); round++) {
      ours.push(measure(edge.port, workload, Number(flags.seconds), () => edge.cpuMs()));
      theirs.push(measure(PEER_PORT, workload, Number(flags.seconds), nginxCpu));
    }
    rows.push({
      workload,
      ours: median(ours),
      nginx: median(theirs),
      ratio: median(ours.map((value, at) => (theirs[at] as number) / value)),
    });
  }
  await edge.stop();
} finally {
  execFileSync('bash', [script, 'stop', String(PEER_PORT)], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}
if (flags.json) console.log(JSON.stringify(rows, null, 2));
else {
  console.log('requests per CPU-second against nginx with libmodsecurity, same rules, paranoia level 1');
  for (const row of rows)
    console.log(
      `${row.workload.padEnd(16)} ours ${row.ours.toFixed(0).padStart(6)} µs   nginx ${row.nginx.toFixed(0).padStart(7)} µs   ${row.ratio.toFixed(1)} times`,
    );
}
