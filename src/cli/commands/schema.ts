import type { Command } from 'commander';
import { documentJsonSchema } from '../../pipeline/schema.ts';
import { exits, guarded, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';

export function schema(program: Command, io: Terminal): void {
  program
    .command('schema')
    .description("print the document's JSON Schema, for editors: with --config, your own rules included")
    .option('-c, --config <file>', 'the document whose rules are to be included')
    .action((options: { config?: string }) =>
      guarded(io, false, async () => {
        const plugins = options.config === undefined ? [] : (await loadDocument(options.config)).plugins;
        io.out(JSON.stringify(documentJsonSchema(plugins), null, 2));
        return exits.ok;
      }),
    );
}
