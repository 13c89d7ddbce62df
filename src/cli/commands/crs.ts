import type { Command } from 'commander';
import { diskFiles } from '../../node/rule-files.ts';
import { loadCrs, type LoadedCrs } from '../../waf/crs/load.ts';
import { createWaf } from '../../waf/engine.ts';
import { plainRunner } from '../../waf/plain.ts';
import { RuleError } from '../../waf/rule-error.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';

/** What is in a rule set's directory, and whether all of it is understood. */
export function crs(program: Command, io: Terminal): void {
  const group = program.command('crs').description('look into an OWASP Core Rule Set');
  group
    .command('check')
    .description('say which version a directory holds, what its rules use, and whatever is not understood')
    .argument('<directory>', 'the one with rules/ in it')
    .option('--setup <file>', 'the set-up file, where it is not beside the rules')
    .option('--json', 'print JSON')
    .action((path: string, options: { setup?: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const { loaded, problems } = look(path, options.setup);
        if (options.json) io.out(JSON.stringify(asData(loaded, problems), null, 2));
        else for (const line of asText(path, loaded, problems)) io.out(line);
        return loaded === null || problems.length > 0 ? exits.notInOrder : exits.ok;
      }),
    );
}

function look(
  path: string,
  setup: string | undefined,
): { readonly loaded: LoadedCrs | null; readonly problems: readonly RuleError[] } {
  const problems: RuleError[] = [];
  const onError = (error: RuleError): void => void problems.push(error);
  try {
    const loaded = loadCrs({ path, files: diskFiles, onError, ...(setup !== undefined && { setup }) });
    createWaf(loaded.set, { readFile: (file) => diskFiles.read(file), onError, runner: plainRunner });
    return { loaded, problems };
  } catch (thrown) {
    if (!(thrown instanceof RuleError)) throw thrown;
    return { loaded: null, problems: [...problems, thrown] };
  }
}

function asData(loaded: LoadedCrs | null, problems: readonly RuleError[]): object {
  const said = (error: RuleError): object => ({
    says: error.message,
    place: error.place ?? null,
    hint: error.hint ?? null,
  });
  if (loaded === null) return { ok: false, notUnderstood: problems.map(said) };
  const { report } = loaded;
  return { ok: problems.length === 0, ...report, leftOut: report.leftOut.map(said), notUnderstood: problems.map(said) };
}

function asText(path: string, loaded: LoadedCrs | null, problems: readonly RuleError[]): string[] {
  const wrong = problems.map((error) => `not understood: ${error.message}`);
  if (loaded === null) return wrong;
  const { report } = loaded;
  const most = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    ...table([
      [path, report.versions.join(', ') || 'says no version'],
      ['set-up', report.setup ?? 'none; what you write in the document is all the set-up'],
      ['rules', `${report.rules} in ${report.files.length} files, ${report.links} conditions`],
      ['by phase', most(report.byPhase)],
      ['by paranoia level', most(report.byParanoia)],
      ['operators', most(report.byOperator)],
      ['transformations', most(report.byTransformation)],
      ['fields', most(report.byField)],
    ]),
    ...report.leftOut.map((error) => `left out: ${error.message}`),
    ...report.ignored.map(({ what, place }) => `says nothing here: ${what} (${place.file}:${place.line})`),
    ...wrong,
    problems.length === 0
      ? 'everything is understood'
      : `${problems.length} ${problems.length === 1 ? 'thing is' : 'things are'} not understood`,
  ];
}
