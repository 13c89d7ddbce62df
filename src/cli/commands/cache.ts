import type { Command } from 'commander';
import { messageOf } from '../../base/fault.ts';
import { formatIssue, type Issue } from '../../config/issues.ts';
import { exits, guarded, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
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
        const paths = readGiven(list)
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line.startsWith('/'));
        const headers = options.header.map((text): [string, string] => [
          text.slice(0, Math.max(0, text.indexOf(':'))),
          text.slice(text.indexOf(':') + 1).trim(),
        ]);
        const atOnce = Number(options.atOnce);
        if (!(Number.isInteger(atOnce) && atOnce > 0) || headers.some(([name]) => name.trim() === '')) {
          io.err('sallyport: --at-once wants a whole number above 0, --header "name: value"');
          return exits.usage;
        }
        const { failures, ...report } = await warm(options.url, paths, atOnce, headers, progress(io, paths.length));
        if (!options.json) for (const { path, says } of failures.slice(0, SHOWN)) io.err(`sallyport: ${path}: ${says}`);
        io.out(
          options.json
            ? JSON.stringify({ ...report, failures })
            : `${report.stored} stored, ${report.there} there already, ${report.other} not kept, ${report.failed} failed`,
        );
        return report.failed > 0 ? exits.notInOrder : exits.ok;
      }),
    );
}

/** Failures that a person is told one by one; `--json` has them all. */
const SHOWN = 10;

export interface WarmReport {
  readonly stored: number;
  readonly there: number;
  readonly other: number;
  readonly failed: number;
  readonly failures: readonly { readonly path: string; readonly says: string }[];
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
  const failures: { readonly path: string; readonly says: string }[] = [];
  const fails = (path: string, says: string): void => {
    report.failed++;
    failures.push({ path, says });
  };
  const { origin } = new URL(url);
  const left = [...paths];
  const one = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      try {
        // Appended, not resolved: `//host/x` in the list would take the headers, keys among them, to that host.
        const response = await fetch(`${origin}${path}`, { headers: [...headers], redirect: 'manual' });
        await response.arrayBuffer();
        const said = response.headers.get('cache-status') ?? response.headers.get('x-cache') ?? '';
        if (response.status >= 400) fails(path, `answered ${response.status}`);
        else if (/; hit|; collapsed|^Hit/.test(said)) report.there++;
        else if (/; stored|^Miss|^RefreshHit/.test(said)) report.stored++;
        else report.other++;
      } catch (thrown) {
        fails(path, thrown instanceof Error && thrown.cause ? messageOf(thrown.cause) : messageOf(thrown));
      }
      tick();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, paths.length) }, one));
  return { ...report, failures };
}

async function ask(url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  ).catch((thrown: unknown) => {
    throw new Error(`nobody answers at ${url}: is the edge running, and is this its operator port (--admin)?`, {
      cause: thrown,
    });
  });
  const value = (await response.json()) as { readonly message?: string; readonly issues?: readonly Issue[] };
  if (!response.ok) {
    const says = [value.message ?? JSON.stringify(value), ...(value.issues ?? []).map(formatIssue)].join('\n');
    throw new Error(`the operator port said ${response.status}: ${says}`);
  }
  return value;
}
