/**
 * Question: a trivial function behind an HTTP API, with API key, plan throttle and quota enforced, against
 * serverless-offline (by osls), which serves the same handler file and enforces none of it.
 * Figures: requests per second, resident memory under load, time from command to first answer; same run, taking turns.
 * Targets: five times the requests, a quarter of the memory, first answer within a second.
 *
 *   (cd bench/serverless-offline && npm i --legacy-peer-deps) && npm run build && npm run bench -- gateway-function [--seconds 5] [--rounds 3] [--json]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, median } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(flags.seconds);
const rounds = Number(flags.rounds);
const here = import.meta.dirname;
const peer = join(here, 'serverless-offline');
if (!existsSync(join(peer, 'node_modules/osls'))) {
  console.error('the peer is not installed: cd bench/serverless-offline && npm i --legacy-peer-deps');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const key = 'bench-key-of-this-run-only';

/** A server and whatever it starts, until it answers. */
async function start(
  name: string,
  args: readonly string[],
  cwd: string,
  url: string,
  headers: Record<string, string>,
): Promise<Contender> {
  const began = performance.now();
  const child = spawn(process.execPath, [...args], {
    cwd,
    stdio: 'ignore',
    env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', NODE_ENV: 'production' },
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    if (performance.now() - began > 120_000) throw new Error(`${name} did not answer within two minutes`);
    const status = await fetch(url, { headers }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { name, url, headers, child, firstAnswerMs: performance.now() - began, perSecond: [], rss: 0, cpuUs: [] };
}

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly child: ChildProcess;
  readonly firstAnswerMs: number;
  readonly perSecond: number[];
  readonly cpuUs: number[];
  rss: number;
}

/** The process and its children: the peer runs handlers in processes of their own when it is told to. */
function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}
const rssOf = (pid: number): number =>
  family(pid).reduce(
    (sum, each) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    0,
  );
const cpuOf = (pid: number): number =>
  family(pid).reduce((sum, each) => {
    const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) * 10_000;
  }, 0);

const document = join(folder, 'sallyport.config.json');
writeFileSync(
  document,
  JSON.stringify({
    listen: { port: 4020 },
    admin: { enabled: false },
    store: { use: 'sqlite', with: { path: join(folder, 'state.db') } },
    logging: { sinks: [] },
    account: { throttle: { rate: 1e6, burst: 1_000_000 } },
    apiKeys: { bench: { value: key } },
    plans: {
      p: {
        stages: [{ api: 'bench' }],
        throttle: { rate: 1e6, burst: 1_000_000 },
        quota: { limit: 1e12, period: 'DAY' },
        keys: ['bench'],
      },
    },
    apis: {
      bench: {
        kind: 'http',
        routes: {
          'GET /hello/{name}': {
            to: { use: 'function', with: { file: join(peer, 'handler.js'), handler: 'hello' } },
            key: 'required',
          },
        },
      },
    },
  }),
);

const contenders = [
  await start(
    'sallyport: key, plan throttle, quota',
    [join(here, '../dist/bin/sallyport.js'), 'dev', '--config', document],
    folder,
    'http://127.0.0.1:4020/hello/you',
    { 'x-api-key': key },
  ),
  await start(
    'serverless-offline: none of it',
    [
      join(peer, 'node_modules/osls/bin/serverless.js'),
      'offline',
      'start',
      '--host',
      '127.0.0.1',
      '--httpPort',
      '4010',
      '--lambdaPort',
      '4011',
    ],
    peer,
    'http://127.0.0.1:4010/hello/you',
    {},
  ),
];

for (let round = -1; round < rounds; round++) {
  for (const one of contenders) {
    const pid = one.child.pid as number;
    const before = cpuOf(pid);
    const done = load(one.url, round < 0 ? 2 : seconds, {
      headers: Object.entries(one.headers).map(([name, value]) => `${name}: ${value}`),
    });
    if (done.failed > 0) throw new Error(`${done.failed} of ${done.requests} requests to ${one.name} failed`);
    one.rss = Math.max(one.rss, rssOf(pid));
    if (round < 0) continue;
    one.perSecond.push(done.perSecond);
    one.cpuUs.push((cpuOf(pid) - before) / done.requests);
  }
}

const rows = contenders.map((one) => ({
  name: one.name,
  perSecond: Math.round(median(one.perSecond)),
  cpuUs: Math.round(median(one.cpuUs)),
  megabytes: Math.round(one.rss / 1e6),
  firstAnswerMs: Math.round(one.firstAnswerMs),
}));
const [ours, theirs] = rows as [(typeof rows)[number], (typeof rows)[number]];
const ratios = {
  requests: ours.perSecond / theirs.perSecond,
  memory: ours.megabytes / theirs.megabytes,
  start: ours.firstAnswerMs / theirs.firstAnswerMs,
};
if (flags.json) console.log(JSON.stringify({ rows, ratios }));
else {
  for (const row of rows)
    console.log(
      `${row.name.padEnd(40)} ${String(row.perSecond).padStart(7)} req/s ${String(row.cpuUs).padStart(6)} us CPU ${String(row.megabytes).padStart(5)} MB ${String(row.firstAnswerMs).padStart(6)} ms to the first answer`,
    );
  console.log(
    `requests ${ratios.requests.toFixed(1)} times, memory ${(ratios.memory * 100).toFixed(0)} %, start ${(ratios.start * 100).toFixed(0)} %`,
  );
}
for (const { child } of contenders) child.kill('SIGKILL');
rmSync(folder, { recursive: true });
process.exit(0);
