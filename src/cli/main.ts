#!/usr/bin/env node
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { config } from 'zod';
import { terminal, type Terminal } from './command.ts';

type Add = (program: Command, io: Terminal) => void;

/** In the order of `--help`. A command's module is loaded when it is asked for: `start` does not pay for what `openapi` needs. */
const commands: readonly (readonly [names: readonly string[], load: () => Promise<Add>])[] = [
  [['init'], async () => (await import('./commands/init.ts')).init],
  [['check'], async () => (await import('./commands/check.ts')).check],
  [['start', 'dev'], async () => (await import('./commands/start.ts')).start],
  [['demo'], async () => (await import('./commands/demo.ts')).demo],
  [['try'], async () => (await import('./commands/try.ts')).tryIt],
  [['explain'], async () => (await import('./commands/explain.ts')).explain],
  [['rules'], async () => (await import('./commands/rules.ts')).rules],
  [['keys'], async () => (await import('./commands/keys.ts')).keys],
  [['licences'], async () => (await import('./commands/licences.ts')).licences],
  [['cache'], async () => (await import('./commands/cache.ts')).cache],
  [['usage'], async () => (await import('./commands/usage.ts')).usage],
  [['openapi'], async () => (await import('./commands/openapi.ts')).openapi],
  [['import'], async () => (await import('./commands/import.ts')).importRules],
  [['emit'], async () => (await import('./commands/emit.ts')).emit],
  [['plan'], async () => (await import('./commands/plan.ts')).plan],
  [['cost'], async () => (await import('./commands/cost.ts')).cost],
  [['timeouts'], async () => (await import('./commands/timeouts.ts')).timeouts],
  [['deploy', 'destroy'], async () => (await import('./commands/deploy.ts')).deploy],
  [['schema'], async () => (await import('./commands/schema.ts')).schema],
  [['crs'], async () => (await import('./commands/crs.ts')).crs],
  [['waf'], async () => (await import('./commands/waf.ts')).waf],
  [['ws'], async () => (await import('./commands/ws.ts')).ws],
];

// A document is parsed once or twice: functions compiled for the thousandth time would never pay.
config({ jitless: true });

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('sallyport')
  .description(
    'A programmable edge for APIs: firewall, gateway and private forwarder, described by one typed document.',
  )
  .version(version)
  .configureHelp({ sortSubcommands: false })
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const named = commands.filter(([names]) => names.includes(process.argv[2] ?? ''));
for (const [, load] of named.length > 0 ? named : commands) (await load())(program, terminal);

program.addHelpText(
  'after',
  `
Exit codes: 0 done, 1 what was asked about is not in order, 2 the question was wrong.

Begin with:  sallyport init && sallyport check && sallyport dev`,
);

// `sallyport schema | head`: who reads no further has what he wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

helpNamed(program, 'sallyport');
await program.parseAsync();

/** Where a word is wrong, the help that is named is that of the very command. */
function helpNamed(command: Command, path: string): void {
  command.showHelpAfterError(
    `(${path} --help ${command.commands.length > 0 ? 'lists the commands' : 'says what it takes'})`,
  );
  for (const each of command.commands) helpNamed(each, `${path} ${each.name()}`);
}
