import type { Command } from 'commander';
import { manualClock } from '../../base/clock.ts';
import { DocumentError, type Issue } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import type { DocumentInput } from '../../config/document.ts';
import { sallyport } from '../../pipeline/app.ts';
import { parseMap } from '../../pipeline/map-source.ts';
import { registry } from '../../pipeline/registry.ts';
import { readSlot } from '../../pipeline/slots.ts';
import type { MapHistory } from '../../ports/map-history.ts';
import memory from '../../stores/pages/memory.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
import { loadDocument, type Loaded } from '../load.ts';

interface Shared {
  readonly config?: string;
  readonly json?: boolean;
}

/** Versions of the rule map where the document's `rules.from` has them. Nothing is put in force that a start would refuse. */
export function rules(program: Command, io: Terminal): void {
  const group = program.command('rules').description('publish, list and restore versions of the rule map');
  const sub = (name: string, says: string): Command =>
    group
      .command(name)
      .description(says)
      .option('-c, --config <file>', 'the document whose `rules.from` is meant')
      .option('--json', 'print JSON');

  sub('publish', 'check a rule map and put it in force')
    .argument('<file>', 'the map, JSON or YAML; - is standard input')
    .action((file: string, options: Shared) =>
      guarded(io, options.json === true, async () => {
        const text = readGiven(file);
        const { history, loaded } = await opened(options);
        await wouldStart(loaded, text, file);
        return done(await history.publish(text), options, 'published');
      }),
    );

  sub('list', 'list the versions that are kept, newest first').action((options: Shared) =>
    guarded(io, options.json === true, async () => {
      const { history } = await opened(options);
      const versions = await history.list();
      if (options.json) io.out(JSON.stringify(versions, null, 2));
      else {
        const rows = versions.map(({ id, at, inForce }) => [
          id,
          at === null ? '-' : new Date(at).toISOString(),
          inForce ? 'yes' : 'no',
        ]);
        for (const line of table([['version', 'published', 'in force'], ...rows])) io.out(line);
      }
      return exits.ok;
    }),
  );

  sub('show', 'print a version')
    .argument('<version>', 'as `rules list` shows it')
    .action((id: string, options: Shared) =>
      guarded(io, options.json === true, async () => {
        const { history } = await opened(options);
        const text = await history.read(id);
        io.out(options.json ? JSON.stringify({ version: id, text }) : text.trimEnd());
        return exits.ok;
      }),
    );

  sub('restore', 'check an earlier version and put it in force again')
    .argument('<version>', 'as `rules list` shows it')
    .action((id: string, options: Shared) =>
      guarded(io, options.json === true, async () => {
        const { history, loaded } = await opened(options);
        await wouldStart(loaded, await history.read(id), `version ${id}`);
        return done(await history.restore(id), options, 'restored');
      }),
    );

  function done(version: string, options: Shared, what: string): number {
    if (options.json) io.out(JSON.stringify({ ok: true, version }));
    else
      io.out(`${what}: version ${version} is in force; whoever goes by it takes it up within \`every\` of rules.from`);
    return exits.ok;
  }
}

/** The place that the document names, if it is one that keeps versions. */
async function opened({ config }: Shared): Promise<{ readonly history: MapHistory; readonly loaded: Loaded }> {
  const loaded = await loadDocument(config);
  const { document, issues } = parseDocument(loaded.document);
  if (document === null) throw new DocumentError(issues);
  const { from } = document.rules;
  if (!from)
    throw wrong(
      'rules.from',
      'a place that keeps versions',
      'none',
      'the map stands in the document: edit it there, or add `rules.from: { use: "ssm", with: { parameter: "/name" } }`',
    );
  const found: Issue[] = [];
  const slot = readSlot('source', from, registry(loaded.plugins).sources, ['rules', 'from'], found);
  if (slot === null) throw new DocumentError(found);
  const history = slot.definition.history?.(slot.options);
  if (!history)
    throw wrong(
      'rules.from.use',
      'a place that keeps versions: ssm, s3 or dynamodb',
      `"${from.use}"`,
      'edit the file: a running edge watches it, and your own version control keeps the versions',
    );
  return { history, loaded };
}

/** Throws what a start with this map would say. */
async function wouldStart(loaded: Loaded, text: string, name: string): Promise<void> {
  const map = await parseMap({ text, version: '' }, name);
  const { from: _, ...own } = (loaded.document as DocumentInput).rules ?? {};
  const clock = manualClock();
  const state = await memory.open({}, { clock, folder: loaded.folder, warn() {} });
  const document = { ...(loaded.document as DocumentInput), rules: { ...own, map } };
  const app = await sallyport({ ...loaded, document, ports: { state, sinks: [], log() {} } });
  await app.close();
}

const wrong = (path: string, wanted: string, found: string, hint: string): DocumentError =>
  new DocumentError([{ path, wanted, found, hint }]);
