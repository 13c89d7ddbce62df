import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { milliseconds } from '../../base/duration.ts';
import type { KeyRecord } from '../../gateway/key.ts';
import { parseKeyFile } from '../../gateway/key-file.ts';
import { addKey, createKey, listKeys, revokeKey } from '../../gateway/keyring.ts';
import { nodeDigest } from '../../net/digest.ts';
import type { RecordStore } from '../../ports/records.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
import { withStore } from '../with-store.ts';

interface Shared {
  readonly config?: string;
  readonly json?: boolean;
}

/** Keys are made and ended in the document's own store; a running edge sees it within `keys.rememberFor`. */
export function keys(program: Command, io: Terminal): void {
  const group = program.command('keys').description('make, list and end API keys');
  const sub = (name: string, says: string): Command =>
    group
      .command(name)
      .description(says)
      .option('-c, --config <file>', 'the document whose store is meant')
      .option('--json', 'print JSON');

  sub('create', 'make a key; it is shown this once and kept only as a hash')
    .argument('<name>', 'what to call it, e.g. the customer')
    .option('--tenant <tenant>', 'the tenant it belongs to')
    .option('--expires <duration>', 'how long it is good, e.g. 90d')
    .action((name: string, options: Shared & { tenant?: string; expires?: string }) =>
      guarded(io, options.json === true, async () => {
        const lifetime = options.expires === undefined ? null : milliseconds(options.expires);
        if (options.expires !== undefined && lifetime === null) {
          io.err(`sallyport: --expires wants a duration such as 12h or 90d, not "${options.expires}"`);
          return exits.usage;
        }
        return withStore(options.config, async (state) => {
          const now = systemClock.now();
          const { key, record } = await createKey(state.records, nodeDigest, {
            name,
            now,
            tenant: options.tenant ?? null,
            expiresAt: lifetime === null ? null : now + lifetime,
          });
          if (options.json) io.out(JSON.stringify({ id: record.id, name, key }));
          else {
            io.out(key);
            io.err(`key ${record.id} for ${name}; it is not shown again`);
          }
          return exits.ok;
        });
      }),
    );

  sub('import', "take over keys from API Gateway's key file: CSV with name, key, description, enabled, usageplanIds")
    .argument('<file>', 'the file; all of it is checked before anything is written')
    .action((file: string, options: Shared) =>
      guarded(io, options.json === true, () =>
        withStore(options.config, (state, document) =>
          importKeys(file, state.records, Object.keys(document.plans), options.json === true, io),
        ),
      ),
    );

  sub('list', 'list the keys, without their secrets').action((options: Shared) =>
    guarded(io, options.json === true, () =>
      withStore(options.config, async (state) => {
        const records = await listKeys(state.records);
        if (options.json) io.out(JSON.stringify(records.map(withoutHash), null, 2));
        else {
          const day = (at: number | null): string => (at === null ? '-' : new Date(at).toISOString().slice(0, 10));
          const rows = records.map((key) => [
            key.id,
            key.name,
            key.enabled ? 'yes' : 'no',
            day(key.createdAt),
            day(key.expiresAt),
            key.tenant ?? '-',
          ]);
          for (const line of table([['id', 'name', 'enabled', 'created', 'expires', 'tenant'], ...rows])) io.out(line);
        }
        return exits.ok;
      }),
    ),
  );

  sub('revoke', 'end a key')
    .argument('<id>', 'its id, as `keys list` shows it')
    .action((id: string, options: Shared) =>
      guarded(io, options.json === true, () =>
        withStore(options.config, async (state) => {
          const ended = await revokeKey(state.records, id);
          if (options.json) io.out(JSON.stringify({ id, revoked: ended }));
          else if (ended) io.out(`${id} is revoked`);
          else io.err(`sallyport: there is no key ${id}; see \`sallyport keys list\``);
          return ended ? exits.ok : exits.notInOrder;
        }),
      ),
    );
}

async function importKeys(
  file: string,
  records: RecordStore,
  plans: readonly string[],
  json: boolean,
  io: Terminal,
): Promise<number> {
  const { keys: found, problems } = parseKeyFile(readGiven(file), plans);
  if (problems.length > 0) {
    for (const says of problems) io.err(`sallyport: ${file}: ${says}`);
    io.err('sallyport: nothing was imported');
    return exits.notInOrder;
  }
  const ids: string[] = [];
  const there: string[] = [];
  const now = systemClock.now();
  for (const { name, key, description, enabled, plans: into } of found) {
    const made = await addKey(records, nodeDigest, {
      name,
      key,
      description,
      enabled,
      plans: into,
      now,
      tenant: null,
      expiresAt: null,
    });
    if (made) ids.push(made.record.id);
    else there.push(name);
  }
  if (json) io.out(JSON.stringify({ ids, there }));
  else {
    for (const id of ids) io.out(id);
    io.err(
      `${ids.length} keys imported${there.length > 0 ? `; there already and left as they are: ${there.join(', ')}` : ''}`,
    );
  }
  return exits.ok;
}

function withoutHash(record: KeyRecord): Omit<KeyRecord, 'hash'> {
  const { hash: _, ...shown } = record;
  return shown;
}
