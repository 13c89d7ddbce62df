import type { Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { explain as story } from '../../trace/explain.ts';
import type { DecisionRecord } from '../../trace/record.ts';
import { exits, guarded, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
import { loadDocument } from '../load.ts';

/** A trace id, or a line of the decision log on standard input, to its story. */
export function explain(program: Command, io: Terminal): void {
  program
    .command('explain')
    .description('tell the story of one request, stage by stage: by its x-sallyport-trace id, or from a log')
    .argument('<id>', 'the trace id; "-" reads one log line from standard input')
    .option('-c, --config <file>', 'the document of the running edge (for its operator port)')
    .option('--admin <url>', 'the operator port, instead of asking the document')
    .option('--log <file>', 'look in this decision log ("-" is standard input) instead of asking the running edge')
    .option('--json', 'print the record itself')
    .action((id: string, options: { config?: string; admin?: string; log?: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const record =
          id === '-'
            ? fromLines(readGiven('-'), null)
            : options.log
              ? fromLines(readGiven(options.log), id)
              : await fromAdmin(id, options);
        if (!record) {
          io.err(
            id === '-'
              ? 'sallyport: there is no decision record on standard input: it wants a line of the decision log'
              : options.log
                ? `sallyport: no record of ${id} in ${options.log === '-' ? 'what standard input says' : options.log}`
                : `sallyport: no record of ${id}; the running edge remembers refusals and a sample (logging.keepSteps), the last \`logging.remember\` of them; older ones are in the log (--log FILE)`,
          );
          return exits.notInOrder;
        }
        io.out(options.json ? JSON.stringify(record, null, 2) : story(record));
        return exits.ok;
      }),
    );
}

function fromLines(text: string, id: string | null): DecisionRecord | null {
  for (const line of text.split('\n')) {
    if (!line.startsWith('{') || (id !== null && !line.includes(id))) continue;
    try {
      const record = JSON.parse(line) as DecisionRecord;
      if (record.kind === 'decision' && (id === null || record.id === id)) return record;
    } catch {
      // A line that was cut off when the process was killed is no reason to miss the others.
    }
  }
  return null;
}

async function fromAdmin(
  id: string,
  options: { readonly config?: string; readonly admin?: string },
): Promise<DecisionRecord | null> {
  let base = options.admin;
  if (base === undefined) {
    const { document, issues } = parseDocument((await loadDocument(options.config)).document);
    if (document === null) throw new DocumentError(issues);
    base = `http://${document.admin.host}:${document.admin.port}`;
  }
  let response: Response;
  try {
    response = await fetch(`${base}/traces/${encodeURIComponent(id)}`);
  } catch {
    throw new Error(`nobody answers at ${base}; is the edge running? (--admin URL, or --log FILE)`);
  }
  return response.ok ? ((await response.json()) as DecisionRecord) : null;
}
