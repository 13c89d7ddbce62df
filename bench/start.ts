/**
 * Question: how long from the command to the first answer, and what memory does an edge take at rest?
 * Baseline: `node` running a bare node:http server, same run, taking turns. Target: first answer within 500 ms, under 90 MB at rest.
 *
 *   npm run build && npm run bench -- start [--rounds 9] [--json]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
});
const folder = mkdtempSync(join(tmpdir(), 'sallyport-start-'));
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const config = join(folder, 'sallyport.config.json');
const edge = (port: number): string[] => {
  writeFileSync(
    config,
    JSON.stringify({
      listen: { port },
      admin: { port: 0 },
      logging: { sinks: [] },
      routes: { 'GET /': { to: { use: 'mock', with: { body: 'ok' } } } },
    }),
  );
  return [join(import.meta.dirname, '../dist/bin/sallyport.js'), 'start', '--config', config];
};
const bare = (port: number): string[] => [
  '-e',
  `require('node:http').createServer((i, o) => o.end('ok')).listen(${port}, '127.0.0.1')`,
];

async function once(argsOf: (port: number) => string[]): Promise<{ ms: number; cpuMs: number; rssMb: number }> {
  const port = await freePort();
  const args = argsOf(port);
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      break;
    } catch {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const ms = performance.now() - began;
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const rssMb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  await new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  });
  return { ms, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssMb };
}

const contenders = [
  { name: 'bare node:http (baseline)', argsOf: bare },
  { name: 'sallyport start', argsOf: edge },
];
const runs = contenders.map(() => [] as { ms: number; cpuMs: number; rssMb: number }[]);
for (let round = -1; round < Number(flags.rounds); round++) {
  for (const [at, { argsOf }] of contenders.entries()) {
    const run = await once(argsOf);
    if (round >= 0) runs[at]?.push(run);
  }
}
rmSync(folder, { recursive: true });
const rows = contenders.map(({ name }, at) => {
  const of = (figure: 'ms' | 'cpuMs' | 'rssMb'): number => median((runs[at] ?? []).map((run) => run[figure]));
  return {
    name,
    firstAnswerMs: of('ms'),
    cpuMs: of('cpuMs'),
    restMb: of('rssMb'),
    ratio: of('ms') / median((runs[0] ?? []).map((run) => run.ms)),
  };
});
if (flags.json) console.log(JSON.stringify(rows, null, 2));
else
  for (const row of rows)
    console.log(
      `${row.name.padEnd(28)} first answer ${row.firstAnswerMs.toFixed(0).padStart(5)} ms   CPU ${row.cpuMs.toFixed(0).padStart(5)} ms   at rest ${row.restMb.toFixed(0).padStart(4)} MB   ratio ${row.ratio.toFixed(2)}`,
    );
