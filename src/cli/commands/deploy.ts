import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { parseDocument, DocumentError } from '../../config/parse.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';
import {
  credentialsHint,
  findToolkit,
  installHint,
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
}

/** The document as an AWS stack, and back again: thin over the CDK toolkit, which is the user's own. */
export function deploy(program: Command, io: Terminal): void {
  shared(program.command('deploy'))
    .description('make the document an AWS stack: the difference, a question, progress, outputs (needs aws-cdk)')
    .option('--web-acl', 'AWS WAF in front, by way of CloudFront, in us-east-1')
    .action((options: Options) =>
      guarded(io, false, async () => {
        const toolkit = await open(io, options);
        if (toolkit === null) return exits.notInOrder;
        const diff = await toolkit.run(['diff', ...toolkit.stacks]);
        if (diff.code !== 0) return failed(io, diff);
        const answer = await confirmed(io, options, 'Deploy this?');
        if (answer !== 'yes') return answer === 'no' ? exits.ok : exits.usage;
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
          if (done.code !== 0) return failed(io, done);
          const made = JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, Record<string, string>>;
          for (const [stack, values] of Object.entries(made)) {
            io.out(`${stack}:`);
            for (const line of table(Object.entries(values).map(([name, value]) => [`  ${name}`, value]))) io.out(line);
          }
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
        if (toolkit === null) return exits.notInOrder;
        const answer = await confirmed(io, options, `Destroy ${toolkit.name}?`);
        if (answer !== 'yes') return answer === 'no' ? exits.ok : exits.usage;
        const done = await toolkit.run(['destroy', ...toolkit.stacks, '--force']);
        return done.code === 0 ? exits.ok : failed(io, done);
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
}

async function open(io: Terminal, options: Options): Promise<Toolkit | null> {
  const found = findToolkit(process.cwd());
  if ('missing' in found) {
    io.err(
      `sallyport: the CDK toolkit is not installed here (${found.missing.join(', ')}): ${installHint(found.missing)}`,
    );
    return null;
  }
  const own = options.app === undefined ? await ofDocument(options) : null;
  const stacks = own ? [own.stack] : options.stack === undefined ? ['--all'] : [options.stack];
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cdk-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const env = { CDK_DISABLE_CLI_TELEMETRY: 'true', ...own?.env };
  const say = (text: string): void => void process.stderr.write(text);
  if (own) {
    const made = await runToolkit(own.app, [], { ...env, CDK_OUTDIR: folder }, say);
    if (made.code !== 0) return null;
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
  };
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

async function confirmed(io: Terminal, options: Options, question: string): Promise<'yes' | 'no' | 'nobody'> {
  if (options.yes === true) return 'yes';
  if (!process.stdin.isTTY) {
    io.err('sallyport: nobody is there to ask: say --yes to go on without a question');
    return 'nobody';
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim()) ? 'yes' : 'no';
  } finally {
    lines.close();
  }
}

function failed(io: Terminal, run: ToolkitRun): number {
  if (lacksCredentials(run.said)) io.err(`sallyport: ${credentialsHint}`);
  else io.err('sallyport: the toolkit failed; what it said stands above');
  return exits.notInOrder;
}
