import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { manualClock } from '../../base/clock.ts';
import type { Document } from '../../config/document.ts';
import { DocumentError, type Issue } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { readKeyPair } from '../../node/tls.ts';
import type { OpenFunction } from '../../ports/invoker.ts';
import memory from '../../stores/pages/memory.ts';
import { sallyport } from '../../pipeline/app.ts';
import { registry } from '../../pipeline/registry.ts';
import { readSlot } from '../../pipeline/slots.ts';
import { exits, guarded, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';

/** Loads the document all the way, as a start would, but opens no port, no store and no log. */
export function check(program: Command, io: Terminal): void {
  program
    .command('check')
    .description(
      'say everything that is wrong with the document: where, what was wanted, what was found, what to write',
    )
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--json', 'print the problems as JSON')
    .action((options: { config?: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const loaded = await loadDocument(options.config);
        const { document } = parseDocument(loaded.document);
        if (document?.listen.tls) readKeyPair(document.listen.tls, (path) => resolve(loaded.folder, path));
        if (document) readUnopened(document, loaded.plugins);
        const clock = manualClock();
        const state = await memory.open({}, { clock, folder: loaded.folder, warn() {} });
        const gone: Issue[] = [];
        const openFunction: OpenFunction = ({ file }) => {
          const path = resolve(loaded.folder, file);
          if (!existsSync(path))
            gone.push({ path: `function ${file}`, wanted: 'a module', found: `no file ${path}`, hint: FROM_HERE });
          return { invoke: () => ({ kind: 'unavailable', says: 'only looked at' }), close: async () => {} };
        };
        const app = await sallyport({ ...loaded, ports: { state, sinks: [], log() {}, openFunction } });
        if (gone.length > 0) {
          await app.close();
          throw new DocumentError(gone);
        }
        const summary = {
          ok: true,
          file: loaded.path,
          version: app.version,
          routes: [app.document, ...Object.values(app.document.apis)]
            .map(({ routes }) => Object.keys(routes).length)
            .reduce((sum, count) => sum + count, 0),
          origins: Object.keys(app.document.origins).length,
          rules: loaded.plugins.length,
        };
        await app.close();
        if (options.json) io.out(JSON.stringify(summary));
        else
          io.out(
            `${loaded.path} is in order: version ${summary.version}, ${counted(summary.routes, 'route')}, ${counted(summary.origins, 'origin')}, ${counted(summary.rules, 'rule')} of your own`,
          );
        return exits.ok;
      }),
    );
}

const FROM_HERE = 'paths begin at the folder of the document';

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What a start would open and this does not: the options of the store and the logs are read all the same. */
function readUnopened(document: Document, plugins: Parameters<typeof registry>[0]): void {
  const { stores, sinks } = registry(plugins);
  const issues: Issue[] = [];
  readSlot('store', document.store, stores, ['store'], issues);
  for (const [at, slot] of document.logging.sinks.entries())
    readSlot('sink', slot, sinks, ['logging', 'sinks', at], issues);
  if (issues.length > 0) throw new DocumentError(issues);
}
