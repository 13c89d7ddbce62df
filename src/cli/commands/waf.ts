import { statSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import type { WafDocument } from '../../config/waf.ts';
import { nodeDigest } from '../../net/digest.ts';
import { diskFiles } from '../../node/rule-files.ts';
import { compileWafAsset } from '../../pipeline/waf-asset.ts';
import { readRules } from '../../pipeline/waf-load.ts';
import { ruleIssue } from '../../pipeline/waf-parts.ts';
import { ruleFiles } from '../../stores/file/rule-files.ts';
import { snippet } from '../../trace/redact.ts';
import { loadCrs } from '../../waf/crs/load.ts';
import { readSecLang } from '../../waf/forms/seclang/read.ts';
import { lintRules, type LintReport, type PatternFinding } from '../../waf/lint.ts';
import type { RuleError } from '../../waf/rule-error.ts';
import type { RuleSet } from '../../waf/rule.ts';
import { exits, guarded, UsageError, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';

/** Looks at firewall rules without running a request. */
export function waf(program: Command, io: Terminal): void {
  const group = program.command('waf').description('look at the rules of the firewall');
  group
    .command('lint')
    .description('find patterns that can explode in engines that only backtrack, each with an input that shows it')
    .argument('[path]', "a rule set's directory, or a file with rules; left out: the rules of the document")
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--json', 'print JSON')
    .action((path: string | undefined, options: { config?: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const report = lintRules(path === undefined ? await fromDocument(options.config) : fromPath(path));
        if (options.json) io.out(JSON.stringify(report, null, 2));
        else for (const line of asText(report)) io.out(line);
        return report.findings.length === 0 ? exits.ok : exits.notInOrder;
      }),
    );
  group
    .command('compile')
    .description(
      "write the document's rules into one file, ready to run: name it as waf.asset, and a start loads instead of building",
    )
    .requiredOption('-o, --out <file>', 'where to write it')
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--json', 'print JSON')
    .action((options: { out: string; config?: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const { words, folder } = await wafOf(options.config);
        const wrong: RuleError[] = [];
        const bytes = compileWafAsset(words, ruleFiles(folder), nodeDigest, (error) => void wrong.push(error));
        if (bytes === null) throw problems(wrong);
        writeFileSync(options.out, bytes);
        const compressed = gzipSync(bytes).length;
        if (options.json) io.out(JSON.stringify({ ok: true, file: options.out, bytes: bytes.length, compressed }));
        else
          io.out(
            `wrote ${options.out}: ${bytes.length.toLocaleString('en')} bytes, ${compressed.toLocaleString('en')} compressed; name it as waf.asset`,
          );
        return exits.ok;
      }),
    );
}

/** The firewall's words in a document, and where its paths begin. */
async function wafOf(config: string | undefined): Promise<{ readonly words: WafDocument; readonly folder: string }> {
  const loaded = await loadDocument(config);
  const { document, issues } = parseDocument(loaded.document);
  if (document === null) throw new DocumentError(issues);
  if (document.waf) return { words: document.waf, folder: loaded.folder };
  throw new DocumentError([
    { path: 'waf', wanted: 'a firewall', found: 'none', hint: 'add `waf: { path: "..." }` to the document' },
  ]);
}

const problems = (wrong: readonly RuleError[]): DocumentError =>
  new DocumentError(wrong.map((error) => ruleIssue(['waf'], error)));

async function fromDocument(config: string | undefined): Promise<RuleSet> {
  const { words, folder } = await wafOf(config);
  const wrong: RuleError[] = [];
  const rules = readRules(words, words, ruleFiles(folder), (error) => void wrong.push(error));
  if (rules === null || wrong.length > 0) throw problems(wrong);
  return rules.set;
}

function fromPath(path: string): RuleSet {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined) throw new UsageError(`there is no file or directory ${path}`);
  if (
    isFolder &&
    diskFiles.list(`${path}/rules/*.conf`).length + diskFiles.list(`${path}/REQUEST-901-*.conf`).length > 0
  )
    return loadCrs({ path, files: diskFiles }).set;
  const files = isFolder ? diskFiles.list(`${path}/*.conf`) : [path];
  if (files.length === 0) throw new Error(`${path} holds no .conf file`);
  return readSecLang(
    files.map((file) => ({ file, text: diskFiles.read(file) ?? '' })),
    { files: diskFiles },
  );
}

function asText({ patterns, findings }: LintReport): string[] {
  const worse = findings.filter(({ explosion }) => explosion !== null).length;
  return [
    ...findings.flatMap(story),
    `${patterns} patterns tried, ${worse} can explode in engines that only backtrack, ${findings.filter(({ regular }) => !regular).length} run with a budget here`,
    ...(worse > 0
      ? [
          'Here every pattern without look-arounds and back references takes time linear in its value, whatever it says above.',
        ]
      : []),
  ];
}

function story({ rule, operator, pattern, explosion, regular }: PatternFinding): string[] {
  const lines = [`${rule.place.file}:${rule.place.line}: rule ${rule.id}, @${operator} ${snippet(pattern, 80)}`];
  if (!regular)
    lines.push('    looks around, holds on or refers back: it runs with a budget here, and what is over it is refused');
  if (explosion === null) return lines;
  const { witness, steps, growth, degree } = explosion;
  const how = growth === 'exponential' ? 'grows exponentially' : `grows with about the power ${degree} of the length`;
  const text = (part: string): string => JSON.stringify(part);
  lines.push(
    `    ${how}: ${witness.before === '' ? '' : `${text(witness.before)} then `}${text(witness.pump)} again and again${witness.after === '' ? '' : `, then ${text(witness.after)}`}`,
  );
  lines.push(
    `    steps: ${steps.map(([length, count]) => `${count.toLocaleString('en')} at ${length} bytes`).join(', ')}`,
  );
  return lines;
}
