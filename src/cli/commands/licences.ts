import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { milliseconds } from '../../base/duration.ts';
import { createLicence, importLicences, listLicences, revokeLicence } from '../../edge/licence-book.ts';
import { bytesOf, kvsLimits, licenceEntries } from '../../edge/licence-entries.ts';
import { licenceUsed } from '../../edge/licences.ts';
import { nodeDigest } from '../../net/digest.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
import { kvsCommands, kvsFile } from '../kvs-forms.ts';
import { withStore } from '../with-store.ts';

interface Shared {
  readonly config?: string;
  readonly json?: boolean;
}

/** Licences are made and ended in the document's own store; a running edge sees it within `edge.licences.remember`. */
export function licences(program: Command, io: Terminal): void {
  const group = program.command('licences').description('import, make, list, revoke and export licence keys');
  const sub = (name: string, says: string): Command =>
    group
      .command(name)
      .description(says)
      .option('-c, --config <file>', 'the document whose store is meant')
      .option('--json', 'print JSON');

  sub('create', 'make a licence; its key is shown this once and kept only as a hash')
    .argument('<name>', 'whose it is')
    .option('--expires <duration>', 'how long it is good, e.g. 365d')
    .option('--quota <requests>', 'requests per period')
    .action((name: string, options: Shared & { expires?: string; quota?: string }) =>
      guarded(io, options.json === true, async () => {
        const lifetime = options.expires === undefined ? null : milliseconds(options.expires);
        const quota = options.quota === undefined ? null : Number(options.quota);
        if (
          (options.expires !== undefined && lifetime === null) ||
          (quota !== null && !(Number.isInteger(quota) && quota > 0))
        ) {
          io.err('sallyport: --expires wants a duration such as 365d, --quota a whole number above 0');
          return exits.usage;
        }
        return withStore(options.config, async (state) => {
          const made = await createLicence(state.records, nodeDigest, systemClock, {
            name,
            quota,
            expiresAt: lifetime === null ? null : systemClock.now() + lifetime,
          });
          if (!made) throw new Error('the same key was made twice: try again');
          if (options.json) io.out(JSON.stringify({ id: made.record.id, name, key: made.key }));
          else {
            io.out(made.key);
            io.err(`licence ${made.record.id} for ${name}; it is not shown again`);
          }
          return exits.ok;
        });
      }),
    );

  sub('import', 'take over keys that customers have already')
    .argument('<file>', 'lines of key,name[,expires[,quota]]')
    .action((file: string, options: Shared) =>
      guarded(io, options.json === true, () =>
        withStore(options.config, async (state) => {
          const report = await importLicences(state.records, nodeDigest, systemClock, readGiven(file));
          if (options.json) io.out(JSON.stringify(report));
          else {
            io.out(`${report.made} made, ${report.known} known already`);
            for (const { line, wanted } of report.bad)
              io.err(`sallyport: ${file}:${line} was not read: wanted ${wanted}`);
          }
          return report.bad.length > 0 ? exits.notInOrder : exits.ok;
        }),
      ),
    );

  sub('list', 'list the licences, without their keys, and what each has used').action((options: Shared) =>
    guarded(io, options.json === true, () =>
      withStore(options.config, async (state, document) => {
        const now = systemClock.now();
        const kind = document.edge?.licences?.quotaPeriod ?? 'month';
        const book = await Promise.all(
          (await listLicences(state.records)).map(async (each) => ({
            ...each,
            used: await licenceUsed(state.counters, each.id, now, kind),
          })),
        );
        if (options.json) io.out(JSON.stringify(book, null, 2));
        else {
          const day = (at: number | null): string => (at === null ? '-' : new Date(at).toISOString().slice(0, 10));
          const rows = book.map((each) => [
            each.id,
            each.name,
            each.enabled ? 'yes' : 'no',
            day(each.createdAt),
            day(each.expiresAt),
            String(each.used),
            each.quota === null ? '-' : String(each.quota),
          ]);
          const head = ['id', 'name', 'enabled', 'created', 'expires', `used this ${kind}`, 'quota'];
          for (const line of table([head, ...rows])) io.out(line);
        }
        return exits.ok;
      }),
    ),
  );

  sub('revoke', 'end a licence')
    .argument('<id>', 'its id, as `licences list` shows it')
    .action((id: string, options: Shared) =>
      guarded(io, options.json === true, () =>
        withStore(options.config, async (state) => {
          const ended = await revokeLicence(state.records, id);
          if (options.json) io.out(JSON.stringify({ id, revoked: ended }));
          else if (ended) io.out(`${id} is revoked`);
          else io.err(`sallyport: there is no licence ${id}; see \`sallyport licences list\``);
          return ended ? exits.ok : exits.notInOrder;
        }),
      ),
    );

  sub('export', 'the licences as a KeyValueStore of CloudFront’s has them: hashes, no keys and no names')
    .addOption(
      new Option(
        '--to <form>',
        'kvs: commands of the AWS CLI that fill a store; kvs-file: what a new store is made from',
      )
        .choices(['kvs', 'kvs-file'])
        .default('kvs'),
    )
    .option('--ignore-quotas', 'export licences with a quota too, which nobody counts there')
    .option('--out <file>', 'write it there instead of printing it')
    .action((options: Shared & { to: 'kvs' | 'kvs-file'; ignoreQuotas?: boolean; out?: string }) =>
      guarded(io, options.json === true, () =>
        withStore(options.config, async (state) => {
          const { entries, counted } = await licenceEntries(state.records);
          if (entries.length === 0)
            throw new Error(
              'the document’s store has no licences: make one with `sallyport licences create`, or import them',
            );
          if (counted.length > 0 && options.ignoreQuotas !== true)
            throw new Error(
              `a CloudFront Function cannot count, and these licences have a quota: ${counted.join(', ')}; have the document’s own edge check them, or export them without by --ignore-quotas`,
            );
          const made = options.to === 'kvs' ? kvsCommands(entries) : kvsFile(entries);
          const bytes = bytesOf(entries);
          if (options.out !== undefined) writeFileSync(options.out, made);
          if (options.json) io.out(JSON.stringify({ licences: entries.length, bytes, entries }, null, 2));
          else {
            if (options.out === undefined) io.out(made.trimEnd());
            io.err(`${entries.length} licences, ${bytes} of ${kvsLimits.storeBytes} bytes`);
          }
          return exits.ok;
        }),
      ),
    );
}
