#!/usr/bin/env node
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { terminal } from './command.ts';
import { cache } from './commands/cache.ts';
import { check } from './commands/check.ts';
import { crs } from './commands/crs.ts';
import { cost } from './commands/cost.ts';
import { demo } from './commands/demo.ts';
import { emit } from './commands/emit.ts';
import { explain } from './commands/explain.ts';
import { importRules } from './commands/import.ts';
import { init } from './commands/init.ts';
import { keys } from './commands/keys.ts';
import { licences } from './commands/licences.ts';
import { openapi } from './commands/openapi.ts';
import { plan } from './commands/plan.ts';
import { schema } from './commands/schema.ts';
import { start } from './commands/start.ts';
import { tryIt } from './commands/try.ts';
import { waf } from './commands/waf.ts';
import { usage } from './commands/usage.ts';
import { ws } from './commands/ws.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const program = new Command('sallyport')
  .description('A programmable edge for APIs: firewall, gateway and private forwarder, described by one typed document.')
  .version(version)
  .showHelpAfterError('(sallyport --help lists the commands)')
  .configureHelp({ sortSubcommands: false })
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

for (const add of [init, check, start, demo, tryIt, explain, keys, licences, cache, usage, openapi, importRules, emit, plan, cost, schema, crs, waf, ws]) add(program, terminal);

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

await program.parseAsync();
