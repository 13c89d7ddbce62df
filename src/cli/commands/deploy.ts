import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { confirm } from '../confirm.ts';
import { loadDocument } from '../load.ts';
import {
  bootstrapHint,
  credentialsHint,
  differences,
  findToolkit,
  installHint,
  lacksBootstrap,
  lacksCredentials,
  runToolkit,
  type ToolkitRun,
} from '../toolkit.ts';

interface Options {
  readonly config?: string;
  readonly app?: string;
  readonly stack?: string;
  readonly webAcl?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** As shells count what Ctrl-C ended. */
const brokenOff = 130;

/** The document as an AWS stack, and back again: thin over the CDK toolkit, which is the user's own. */
export function deploy(program: Command, io: Terminal): void {
  shared(program.command('deploy'))
    .description('make the document an AWS stack: the difference, a question, progress, outputs (needs aws-cdk)')
    .option('--web-acl', 'AWS WAF in front, by way of CloudFront, in us-east-1')
    .option('--json', 'print the outputs as JSON, by stack; everything else goes to stderr anyway')
    .action((options: Options) =>
      guarded(io, options.json === true, async () => {
        const toolkit = await open(io, options);
        if (typeof toolkit === 'number') return toolkit;
        const diff = await toolkit.run(['diff', ...toolkit.stacks]);
        if (diff.code !== 0) return failed(io, diff, 'nothing was changed');
        // Where nothing differs there is nothing to agree to; the toolkit says so once more, and tells the outputs.
        if (differences(diff.said) !== 0) {
          const answer = await confirmed(io, options, 'Deploy this?');
          if (answer !== null) return answer;
        }
        const folder = mkdtempSync(join(tmpdir(), 'sallyport-deploy-'));
        try {
          const outputs = join(folder, 'outputs.json');
          const done = await toolkit.run([
            'deploy',
            ...toolkit.stacks,
            // It was shown and agreed to above; the toolkit would ask nobody here.
            '--require-approval',
            'never',
            '--progress',
            'events',
            '--outputs-file',
            outputs,
          ]);
          if (done.code !== 0)
            return failed(io, done, 'CloudFormation goes on with what it has begun; deploy again to see what is left');
          tell(io, options, JSON.parse(readFileSync(outputs, 'utf8')) as Outputs);
          return exits.ok;
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }),
    );
  shared(program.command('destroy'))
    .description('take the stack away again; tables and queues with your data stay')
    .action((options: Options) =>
      guarded(io, false, async () => {
        const toolkit = await open(io, options);
        if (typeof toolkit === 'number') return toolkit;
        const kept = toolkit.kept();
        if (kept.length > 0) {
          io.err('these stay, with what is in them, and go on to cost; remove them by hand:');
          for (const line of kept) io.err(`  ${line}`);
        }
        const answer = await confirmed(io, options, `Destroy ${toolkit.name}?`);
        if (answer !== null) return answer;
        const done = await toolkit.run(['destroy', ...toolkit.stacks, '--force']);
        return done.code === 0 ? exits.ok : failed(io, done, 'CloudFormation goes on with what it has begun');
      }),
    );
}

const shared = (command: Command): Command =>
  command
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--app <command>', 'a CDK app of your own instead, e.g. "npx tsx app.ts"')
    .option('--stack <name>', 'name of the stack (default: the document’s name; with --app: all stacks)')
    .option('-y, --yes', 'do not ask');

interface Toolkit {
  readonly name: string;
  readonly stacks: readonly string[];
  run(args: readonly string[]): Promise<ToolkitRun>;
  /** What the stack's template keeps when the stack goes; with an app of one's own nobody knows before it is built. */
  kept(): readonly string[];
}

/** The toolkit at work on what is to be deployed, or the exit code where it cannot be. */
async function open(io: Terminal, options: Options): Promise<Toolkit | number> {
  const found = findToolkit(process.cwd());
  if ('missing' in found) {
    io.err(
      `sallyport: the CDK toolkit is not installed here (${found.missing.join(', ')}): ${installHint(found.missing)}`,
    );
    return exits.notInOrder;
  }
  const own = options.app === undefined ? await ofDocument(options) : null;
  const stacks = own ? [own.stack] : options.stack === undefined ? ['--all'] : [options.stack];
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cdk-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const env = {
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // A notice of the SDK inside the toolkit about Node versions, in the middle of the progress.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...own?.env,
  };
  const say = (text: string): void => void process.stderr.write(text);
  if (own) {
    const made = await runToolkit(own.app, [], { ...env, CDK_OUTDIR: folder }, say);
    if (made.code !== 0) return made.brokenOff ? failed(io, made, 'nothing was changed') : exits.notInOrder;
  }
  return {
    name: own?.stack ?? options.stack ?? 'all stacks of the app',
    stacks,
    run: (args) =>
      runToolkit(
        found.cdk,
        [...args, ...(own ? ['--app', folder] : ['--app', options.app ?? '', '--output', folder]), '--no-notices'],
        env,
        say,
      ),
    kept: () => (own ? keptIn(join(folder, `${own.stack}.template.json`)) : []),
  };
}

function keptIn(file: string): string[] {
  const { Resources = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly DeletionPolicy?: string }>>;
  };
  return Object.entries(Resources)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy?.startsWith('Retain'))
    .map(([id, { Type }]) => `${Type} ${id}`);
}

/** The document is checked here, where its mistakes can be shown as they always are. */
async function ofDocument(
  options: Options,
): Promise<{ readonly stack: string; readonly app: string; readonly env: Record<string, string> }> {
  const loaded = await loadDocument(options.config);
  const { document, issues } = parseDocument(loaded.document);
  if (document === null) throw new DocumentError(issues);
  const stack = options.stack ?? document.name.replaceAll(/[^A-Za-z0-9-]+/g, '-').replace(/^[^A-Za-z]+/, '');
  return {
    stack,
    // Found from dist/cli/commands and from the bundled command in dist/bin/run alike.
    app: fileURLToPath(new URL('../../cli/cdk-app.js', import.meta.url)),
    env: {
      SALLYPORT_CONFIG: loaded.path,
      SALLYPORT_STACK: stack,
      ...(options.webAcl === true && { SALLYPORT_WEB_ACL: '1' }),
    },
  };
}

type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

function tell(io: Terminal, options: Options, made: Outputs): void {
  if (options.json) return io.out(JSON.stringify(made, null, 2));
  for (const [stack, values] of Object.entries(made)) {
    io.out(`${stack}:`);
    for (const line of table(Object.entries(values).map(([name, value]) => [`  ${name}`, value]))) io.out(line);
  }
}

/** Null: go on. A number: how to end. */
async function confirmed(io: Terminal, options: Options, question: string): Promise<number | null> {
  if (options.yes === true) return null;
  if (!process.stdin.isTTY) {
    io.err('sallyport: nobody is there to ask: say --yes to go on without a question');
    return exits.usage;
  }
  const answer = await confirm(question, process.stdin, process.stderr);
  if (answer === 'yes') return null;
  io.err('nothing was changed');
  return answer === 'no' ? exits.ok : brokenOff;
}

/** `left`: how things stand when it was broken off. */
function failed(io: Terminal, run: ToolkitRun, left: string): number {
  if (run.brokenOff) {
    io.err(`sallyport: broken off; ${left}`);
    return brokenOff;
  }
  if (lacksCredentials(run.said)) io.err(`sallyport: ${credentialsHint}`);
  else if (lacksBootstrap(run.said)) io.err(`sallyport: ${bootstrapHint}`);
  else io.err('sallyport: the toolkit failed; what it said stands above');
  return exits.notInOrder;
}
