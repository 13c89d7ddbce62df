import type { Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { exportOpenApi } from '../../openapi/export.ts';
import { importOpenApi, type ImportOptions } from '../../openapi/import.ts';
import { exits, guarded, type Terminal } from '../command.ts';
import { readGivenData } from '../given-file.ts';
import { loadDocument } from '../load.ts';

/** OpenAPI in and out; what could not be taken over is said on the error output, one line each. */
export function openapi(program: Command, io: Terminal): void {
  const group = program
    .command('openapi')
    .description('read an OpenAPI 3 description into a document, or write one from it');

  group
    .command('import')
    .description('print the part of a document that a description makes')
    .argument('<file>', 'the description, JSON or YAML')
    .option('--name <name>', 'what to call the API')
    .option('--kind <kind>', 'rest or http; left out, the description decides')
    .option('--origin <url>', 'where operations without an integration go')
    .option('--positive <mode>', 'off, shadow or enforce: only what is described passes')
    .option('--function <name=file...>', 'the module that a function of the description is here')
    .action(
      (
        file: string,
        options: { name?: string; kind?: string; origin?: string; positive?: string; function?: string[] },
      ) =>
        guarded(io, false, async () => {
          if (options.kind !== undefined && options.kind !== 'rest' && options.kind !== 'http')
            return usage(io, '--kind wants rest or http');
          if (options.positive !== undefined && !['off', 'shadow', 'enforce'].includes(options.positive))
            return usage(io, '--positive wants off, shadow or enforce');
          const pairs = (options.function ?? []).map((each): [string, string] => [
            each.slice(0, each.indexOf('=')),
            each.slice(each.indexOf('=') + 1),
          ]);
          if (pairs.some(([name, module]) => name === '' || module === ''))
            return usage(io, '--function wants NAME=FILE');
          const given: ImportOptions = {
            functions: Object.fromEntries(pairs),
            ...(options.name === undefined ? {} : { name: options.name }),
            ...(options.kind === undefined ? {} : { kind: options.kind }),
            ...(options.origin === undefined ? {} : { origin: options.origin }),
            ...(options.positive === undefined ? {} : { positive: options.positive as 'off' | 'shadow' | 'enforce' }),
          };
          const { document, notes } = importOpenApi(await readGivenData(file), given);
          io.out(JSON.stringify(document, null, 2));
          for (const { path, says } of notes) io.err(`${path}: ${says}`);
          return exits.ok;
        }),
    );

  group
    .command('export')
    .description('print an API of the document as an OpenAPI description with API Gateway extensions')
    .argument('<api>', 'its name in the document')
    .option('-c, --config <file>', 'the document')
    .action((name: string, options: { config?: string }) =>
      guarded(io, false, async () => {
        const { document, issues } = parseDocument((await loadDocument(options.config)).document);
        if (document === null) throw new DocumentError(issues);
        const written = exportOpenApi(document, name);
        io.out(JSON.stringify(written.document, null, 2));
        for (const note of written.notes) io.err(note);
        return exits.ok;
      }),
    );
}

function usage(io: Terminal, says: string): number {
  io.err(`sallyport: ${says}`);
  return exits.usage;
}
