import { Option, type Command } from 'commander';
import type { Document } from '../../config/document.ts';
import { DocumentError, type Issue } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { documentParts } from '../../lab/document-parts.ts';
import { fronts, type Front } from '../../lab/fronts.ts';
import { plan as planOf } from '../../lab/plan.ts';
import { registry } from '../../pipeline/registry.ts';
import { readRules } from '../../pipeline/waf-load.ts';
import { ruleIssue } from '../../pipeline/waf-parts.ts';
import { ruleFiles } from '../../stores/file/rule-files.ts';
import { mounts, mountSays } from '../../waf/mounts.ts';
import type { RuleSet } from '../../waf/rule.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';

/** Which rule runs where on AWS, and why not elsewhere. */
export function plan(program: Command, io: Terminal): void {
  program
    .command('plan')
    .description('say where each rule and part of the document would run on AWS, and why not elsewhere')
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .addOption(new Option('--front <front>', 'what stands in front of the API').choices(fronts).default('http-api'))
    .option('--all', 'show every mount, not only the chosen one')
    .option('--json', 'print the plan as JSON')
    .action((options: { config?: string; front: Front; all?: boolean; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const loaded = await loadDocument(options.config);
        const { document, issues } = parseDocument(loaded.document);
        if (document === null) throw new DocumentError(issues);
        const ofRules = planOf(document, registry(loaded.plugins), options.front, firewallOf(document, loaded.folder));
        const parts = documentParts(document, options.front);
        const nowhere = parts.filter((each) => each.runs === null).map(({ part, why }) => `${part}: ${why}`);
        const made = { ...ofRules, parts, errors: [...ofRules.errors, ...nowhere] };
        const ok = made.errors.length === 0;
        if (options.json) {
          io.out(JSON.stringify({ ok, ...made }, null, 2));
          return ok ? exits.ok : exits.notInOrder;
        }
        io.out(`${made.rules.length} rules behind ${made.front}:`);
        io.out('');
        for (const line of table([
          ['resource', 'rule', 'runs in', 'why'],
          ...made.rules.map((rule) => [rule.resource, rule.rule, rule.chosen ?? 'NOWHERE', rule.why]),
        ]))
          io.out(line);
        if (options.all) {
          io.out('');
          for (const mount of mounts) io.out(`${mount}: ${mountSays[mount]}`);
          for (const rule of made.rules) {
            io.out('');
            io.out(`${rule.resource} ${rule.rule}`);
            for (const line of table(rule.mounts.map((each) => [`  ${each.mount}`, each.can, each.why]))) io.out(line);
          }
        }
        if (made.parts.length > 0) {
          io.out('');
          for (const line of table([
            ['part', 'runs in', 'why'],
            ...made.parts.map(({ part, runs, why }) => [part, runs ?? 'NOWHERE', why]),
          ]))
            io.out(line);
        }
        if (made.firewall) {
          io.out('');
          io.out(`The firewall runs in: ${made.firewall.mount}`);
          for (const line of table([
            ['rule file', 'rules', 'see all', 'only the query', 'nothing'],
            ...made.firewall.files.map(({ file, rules, whole, partly, none }) => [
              file,
              ...[rules, whole, partly, none].map(String),
            ]),
          ]))
            io.out(line);
        }
        for (const note of made.notes) io.out(`\nNote: ${note}.`);
        for (const error of made.errors) io.err(`Error: ${error}`);
        return ok ? exits.ok : exits.notInOrder;
      }),
    );
}

/** The document's rules in SecLang; throws `DocumentError` for what is wrong in them. */
function firewallOf(document: Document, folder: string): RuleSet | null {
  if (!document.waf) return null;
  const issues: Issue[] = [];
  const read = readRules(document.waf, document.waf, ruleFiles(folder), (error) => {
    issues.push(ruleIssue(['waf'], error));
  });
  if (read === null || issues.length > 0) throw new DocumentError(issues);
  return read.set;
}
