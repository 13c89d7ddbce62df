import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { nativeAcl } from '../../lab/native.ts';
import { registry } from '../../pipeline/registry.ts';
import { mostCapacity } from '../../waf/capacity.ts';
import { summary } from '../../waf/forms/fidelity.ts';
import { readSecLang } from '../../waf/forms/seclang/read.ts';
import { template } from '../../waf/forms/webacl/template.ts';
import { spellAcl, writeWebAcl, type WrittenWebAcl } from '../../waf/forms/webacl/write.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
import { loadDocument } from '../load.ts';

interface Options {
  readonly config?: string;
  readonly seclang?: readonly string[];
  readonly as: 'api' | 'cloudformation';
  readonly scope: 'REGIONAL' | 'CLOUDFRONT';
  readonly out?: string;
  readonly json?: boolean;
}

/** The part of the rules that AWS WAF can run, written as a web ACL; what does not fit is listed with its reasons. */
export function emit(program: Command, io: Terminal): void {
  const command = program.command('emit').description('write rules in somebody else’s form');
  command
    .command('waf')
    .description('an AWS WAF web ACL of what fits, and the reasons for what does not')
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--seclang <files...>', 'SecLang rule files instead of the document')
    .addOption(
      new Option('--as <spelling>', 'for the API and CLI, or a CloudFormation template with its sets')
        .choices(['api', 'cloudformation'])
        .default('cloudformation'),
    )
    .addOption(
      new Option('--scope <scope>', 'CLOUDFRONT for distributions, REGIONAL for all else')
        .choices(['REGIONAL', 'CLOUDFRONT'])
        .default('REGIONAL'),
    )
    .option('--out <file>', 'write it there instead of printing it')
    .option('--json', 'print the report and the web ACL as JSON')
    .action((options: Options) =>
      guarded(io, options.json === true, async () => {
        const written = options.seclang ? ofSecLang(options.seclang) : await ofDocument(options.config);
        const made =
          options.as === 'api'
            ? { WebACL: spellAcl(written.acl, 'api'), IPSets: written.ipSets }
            : template(written, options.scope);
        const ok = written.problems.length === 0 && written.fidelity.every((each) => each.certainty !== 'impossible');
        if (options.json) {
          io.out(
            JSON.stringify(
              { ok, capacity: written.capacity, fidelity: written.fidelity, problems: written.problems, made },
              null,
              2,
            ),
          );
          return ok ? exits.ok : exits.notInOrder;
        }
        if (options.out === undefined) io.out(JSON.stringify(made, null, 2));
        else writeFileSync(options.out, `${JSON.stringify(made, null, 2)}\n`);
        io.err(
          `${summary(written.fidelity)}; ${written.acl.Rules.length} AWS rules, about ${written.capacity} of ${mostCapacity} capacity units`,
        );
        const notExact = written.fidelity.filter((each) => each.certainty !== 'exact');
        for (const line of notExact.length === 0
          ? []
          : table(notExact.map((each) => [each.rule, each.certainty, each.reasons.join('; ')])))
          io.err(line);
        for (const problem of written.problems) io.err(`${problem.path}: ${problem.says}`);
        return ok ? exits.ok : exits.notInOrder;
      }),
    );
}

async function ofDocument(config: string | undefined): Promise<WrittenWebAcl> {
  const loaded = await loadDocument(config);
  const { document, issues } = parseDocument(loaded.document);
  if (document === null) throw new DocumentError(issues);
  return nativeAcl(document, registry(loaded.plugins).rules);
}

const ofSecLang = (files: readonly string[]): WrittenWebAcl =>
  writeWebAcl(readSecLang(files.map((file) => ({ file, text: readGiven(file) }))), { name: 'sallyport' });
