import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { latin1, utf8 } from '../../base/bytes.ts';
import { mostCapacity, rulesCapacity } from '../../waf/capacity.ts';
import { summary } from '../../waf/forms/fidelity.ts';
import { readWebAcl } from '../../waf/forms/webacl/read.ts';
import type { Resource } from '../../waf/forms/webacl/read-parts.ts';
import { runWebAcl, type AclDecision } from '../../waf/forms/webacl/run.ts';
import type { SearchStringEncoding } from '../../waf/forms/webacl/spelling.ts';
import { spellAcl } from '../../waf/forms/webacl/write.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { readAwsFile } from '../aws-file.ts';
import { parseCurl } from '../curl.ts';

interface Options {
  readonly beside: readonly string[];
  readonly searchStringEncoding: SearchStringEncoding;
  readonly resource: Resource;
  readonly try?: string;
  readonly from: string;
  readonly country?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** An AWS web ACL read, judged, and tried on a request before anybody deploys it. */
export function importRules(program: Command, io: Terminal): void {
  const command = program.command('import').description("read somebody else's rules and say how truly they are kept");
  command
    .command('waf')
    .description('an AWS WAF web ACL: as the API, the console, CloudFormation or CDK write it')
    .argument('<file>', 'JSON or YAML')
    .option('--beside <files...>', 'IP sets, regex pattern sets and rule groups that it points at', [])
    .addOption(
      new Option('--search-string-encoding <encoding>', 'how SearchString is written')
        .choices(['auto', 'base64', 'plain'])
        .default('auto'),
    )
    .addOption(
      new Option('--resource <resource>', 'what it protects: decides how much of a body is seen')
        .choices(['cloudfront', 'rest-api', 'cognito', 'app-runner', 'verified-access', 'load-balancer', 'appsync'])
        .default('rest-api'),
    )
    .option('--try <request>', "run one request: --try 'curl /login?id=1'")
    .option('--from <address>', 'the client address of --try', '192.0.2.1')
    .option('--country <code>', 'the country of --try')
    .option('--out <file>', 'write it in API spelling')
    .option('--json', 'print the report as JSON')
    .action((file: string, options: Options) =>
      guarded(io, options.json === true, async () => {
        const read = readWebAcl(await readAwsFile(file), {
          file,
          beside: await Promise.all(options.beside.map(readAwsFile)),
          searchStringEncoding: options.searchStringEncoding,
          resource: options.resource,
        });
        const capacity = rulesCapacity(read.acl.Rules, read.references);
        const decision = options.try === undefined ? null : tryOn(read, options.try, options.from, options.country);
        if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(written(read), null, 2)}\n`);
        const ok =
          read.problems.length === 0 &&
          read.fidelity.every((each) => each.certainty !== 'impossible') &&
          (decision === null || decision.answer === null);
        if (options.json) {
          io.out(
            JSON.stringify(
              {
                ok,
                name: read.acl.Name,
                encoding: read.encoding,
                inspects: read.inspects,
                capacity,
                fidelity: read.fidelity,
                problems: read.problems,
                unused: read.unused,
                decision,
              },
              null,
              2,
            ),
          );
          return ok ? exits.ok : exits.notInOrder;
        }
        io.out(
          `${read.acl.Name}: ${summary(read.fidelity)}; about ${capacity} of ${mostCapacity} capacity units; default ${read.defaultAction}`,
        );
        io.out(`SearchString was taken as ${read.encoding}`);
        io.out(`the first ${read.inspects} bytes of a body are inspected`);
        io.out('');
        for (const line of table([
          ['rule', 'kept', 'why'],
          ...read.fidelity.map((each) => [each.rule, each.certainty, each.reasons.join('; ')]),
        ]))
          io.out(line);
        for (const line of read.unused) io.out(`not used here: ${line}`);
        if (decision) for (const line of story(decision)) io.out(line);
        for (const { path, says } of read.problems) io.err(`AWS would not take it: ${path}: ${says}`);
        return ok ? exits.ok : exits.notInOrder;
      }),
    );
}

/** All that was given, settings that nothing reads included, with its rules in order. */
function written({ acl }: ReturnType<typeof readWebAcl>): unknown {
  const { LogicalId: _, ...given } = acl.Given;
  return spellAcl({ ...given, Name: acl.Name, Rules: acl.Rules }, 'api');
}

function tryOn(
  read: ReturnType<typeof readWebAcl>,
  curl: string,
  address: string,
  country: string | undefined,
): AclDecision {
  const { method, target, headers, body } = parseCurl(curl);
  const bytes = typeof body === 'string' ? utf8(body) : undefined;
  return runWebAcl(read).inspect(
    {
      method,
      target,
      version: '1.1',
      headers: [...headers].map(([name, value]) => [name, latin1(utf8(value))] as const),
    },
    { address, ...(country !== undefined && { country }) },
    bytes,
  );
}

function* story(decision: AclDecision): Generator<string> {
  yield '';
  yield `${decision.action} by ${decision.terminatingRule}${decision.answer ? ` with ${decision.answer.status}` : ''} (${decision.certainty})`;
  for (const each of decision.nonTerminating) yield `  ${each.action.toLowerCase()} by ${each.rule}`;
  for (const each of decision.because)
    yield `  ${each.statement}${each.component === '' ? '' : ` on ${each.component}`}: ${JSON.stringify(each.seen)}`;
  for (const label of decision.labels) yield `  label ${label}`;
  for (const [name, value] of decision.inserted) yield `  inserts ${name}: ${value}`;
}
