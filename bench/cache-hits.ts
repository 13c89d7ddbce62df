/**
 * Question: what does a cache hit cost, against a bare node:http server that sends the same bytes from memory?
 * Baseline: lib/bare-server.mjs, same run, taking turns. With --peers, nginx's proxy_cache and Varnish (Debian's packages) too.
 * Figure: requests per CPU-second of the server's processes, keep-alive. Target 0.75 for 1 kB, 0.90 for 100 kB.
 *
 *   npm run build && npm run bench -- cache-hits [--seconds 3] [--rounds 5] [--peers] [--json]
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, median, start, type Measured } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const bare = await start([join(here, 'lib/bare-server.mjs')]);

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

const documentPath = join(folder, 'edge.json');
writeFileSync(
  documentPath,
  JSON.stringify({
    listen: { port: 0 },
    admin: { enabled: false },
    store: { use: 'memory' },
    logging: { sinks: [] },
    origins: { main: { url: `http://127.0.0.1:${bare.port}`, allow: ['127.0.0.1'] } },
    routes: {},
    edge: { behaviours: [{ path: '*', origin: 'main', cache: {} }] },
  }),
);

/** CPU of a daemon and its children, by process group. */
function daemon(command: string, args: readonly string[], port: number): Measured {
  const child = spawn(command, [...args], { stdio: 'ignore', detached: true });
  const pids = (): string[] =>
    spawnSync('ps', ['-eo', 'pid=,pgid='], { encoding: 'utf8' })
      .stdout.split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, group]) => group === String(child.pid))
      .map(([pid]) => pid as string);
  const field = (pid: string, at: number): number =>
    Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[at] ?? 0);
  return {
    child,
    port,
    cpuMs: () => pids().reduce((sum, pid) => sum + (field(pid, 11) + field(pid, 12)) * 10, 0),
    rss: () =>
      pids().reduce(
        (sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
        0,
      ),
    stop: async () => void process.kill(-(child.pid as number), 'SIGKILL'),
  };
}

async function nginx(): Promise<Measured> {
  const port = await freePort();
  mkdirSync(join(folder, 'nginx'));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root; ' : ''}daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log /dev/null;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; proxy_cache_path ${folder}/nginx keys_zone=c:10m; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${bare.port}; proxy_cache c; } } }`,
  );
  return daemon('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], port);
}

async function varnish(): Promise<Measured> {
  const port = await freePort();
  return daemon(
    'varnishd',
    [
      '-F',
      '-n',
      join(folder, 'varnish'),
      '-a',
      `127.0.0.1:${port}`,
      '-b',
      `127.0.0.1:${bare.port}`,
      '-s',
      'malloc,64m',
      '-T',
      'none',
    ],
    port,
  );
}

const contenders: { readonly name: string; readonly server: Measured }[] = [
  { name: 'bare node:http (baseline)', server: bare },
  {
    name: 'sallyport, hit',
    server: await start([join(here, 'lib/edge.mjs'), documentPath], { env: { NODE_ENV: 'production' } }),
  },
];
if (flags.peers) {
  contenders.push({ name: 'nginx proxy_cache', server: await nginx() }, { name: 'varnish', server: await varnish() });
  await new Promise((resolve) => setTimeout(resolve, 2000));
}

const rows: object[] = [];
for (const path of ['/1k', '/100k']) {
  const samples = contenders.map(() => [] as number[]);
  for (let round = -1; round < Number(flags.rounds); round++) {
    for (const [at, { name, server }] of contenders.entries()) {
      await fetch(`http://127.0.0.1:${server.port}${path}`).then((response) => response.arrayBuffer());
      const before = server.cpuMs();
      const done = load(`http://127.0.0.1:${server.port}${path}`, round < 0 ? 2 : Number(flags.seconds));
      if (done.failed > 0)
        throw new Error(`${done.failed} of ${done.requests} requests to ${name} were not answered with 200`);
      if (round >= 0) samples[at]?.push(((server.cpuMs() - before) * 1000) / done.requests);
    }
  }
  for (const [at, { name, server }] of contenders.entries()) {
    const ratios = (samples[at] as number[]).map((value, round) => (samples[0]?.[round] as number) / value);
    rows.push({
      path,
      name,
      cpuMicrosPerRequest: median(samples[at] as number[]),
      ratio: median(ratios),
      rssMb: server.rss() / 1_048_576,
    });
  }
}
for (const { server } of contenders) await server.stop();
rmSync(folder, { recursive: true, force: true });

if (flags.json) console.log(JSON.stringify(rows, null, 2));
else
  for (const row of rows as { path: string; name: string; cpuMicrosPerRequest: number; ratio: number; rssMb: number }[])
    console.log(
      `${row.path.padEnd(6)} ${row.name.padEnd(28)} ${row.cpuMicrosPerRequest.toFixed(1).padStart(7)} µs/request   ratio ${row.ratio.toFixed(2)}   ${row.rssMb.toFixed(0)} MB`,
    );
