import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exits, guarded, type Terminal } from '../command.ts';
import { progress } from '../progress.ts';

/** Asks a running edge: what is stored, drop this, fetch that beforehand. */
export function cache(program: Command, io: Terminal): void {
  const group = program.command('cache').description('look into, purge and warm the cache of a running edge');
  const admin = (command: Command): Command =>
    command.option('--admin <url>', 'its operator port', 'http://127.0.0.1:9901').option('--json', 'print JSON');

  admin(group.command('stats').description('how many objects, how many bytes')).action(
    (options: { admin: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const stats = (await ask(`${options.admin}/cache`)) as { readonly objects: number; readonly bytes: number };
        io.out(
          options.json ? JSON.stringify(stats) : `${stats.objects} objects, ${(stats.bytes / 1_048_576).toFixed(1)} MB`,
        );
        return exits.ok;
      }),
  );

  admin(group.command('purge').description('drop stored answers, here and on the other nodes'))
    .argument('<items...>', '`/path`, `/prefix*`, `https://host/path`, `#tag`, `/*`')
    .action((items: string[], options: { admin: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const { purged } = (await ask(`${options.admin}/cache/purge`, { items })) as { readonly purged: number };
        io.out(options.json ? JSON.stringify({ purged }) : `${purged} ${purged === 1 ? 'object' : 'objects'} dropped`);
        return exits.ok;
      }),
    );

  group
    .command('warm')
    .description('fetch a list of paths, so that they are there when somebody asks')
    .argument('<list>', 'file with one path per line')
    .option('--url <url>', 'the edge', 'http://127.0.0.1:8080')
    .option('--at-once <n>', 'requests at a time', '4')
    .option(
      '--header <name: value>',
      'sent with each request; may be repeated',
      (value: string, all: string[]) => [...all, value],
      [] as string[],
    )
    .option('--json', 'print JSON')
    .action((list: string, options: { url: string; atOnce: string; header: string[]; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const paths = readFileSync(list, 'utf8')
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line.startsWith('/'));
        const headers = options.header.map((text): [string, string] => [
          text.slice(0, text.indexOf(':')),
          text.slice(text.indexOf(':') + 1).trim(),
        ]);
        const report = await warm(
          options.url,
          paths,
          Math.max(1, Number(options.atOnce) || 1),
          headers,
          progress(io, paths.length),
        );
        io.out(
          options.json
            ? JSON.stringify(report)
            : `${report.stored} stored, ${report.there} there already, ${report.other} not kept, ${report.failed} failed`,
        );
        return report.failed > 0 ? exits.notInOrder : exits.ok;
      }),
    );
}

export interface WarmReport {
  readonly stored: number;
  readonly there: number;
  readonly other: number;
  readonly failed: number;
}

/** Asks for each path, some at a time, and reads what came of it from `Cache-Status` or `X-Cache`. */
export async function warm(
  url: string,
  paths: readonly string[],
  atOnce: number,
  headers: readonly [string, string][],
  tick: () => void,
): Promise<WarmReport> {
  const report = { stored: 0, there: 0, other: 0, failed: 0 };
  const left = [...paths];
  const one = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      try {
        const response = await fetch(new URL(path, url), { headers: [...headers], redirect: 'manual' });
        await response.arrayBuffer();
        const said = response.headers.get('cache-status') ?? response.headers.get('x-cache') ?? '';
        if (response.status >= 400) report.failed++;
        else if (/; hit|; collapsed|^Hit/.test(said)) report.there++;
        else if (/; stored|^Miss|^RefreshHit/.test(said)) report.stored++;
        else report.other++;
      } catch {
        report.failed++;
      }
      tick();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, paths.length) }, one));
  return report;
}

async function ask(url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const value = (await response.json()) as { readonly message?: string };
  if (!response.ok)
    throw new Error(`the operator port said ${response.status}: ${value.message ?? JSON.stringify(value)}`);
  return value;
}
