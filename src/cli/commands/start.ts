import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { duration } from '../../base/duration.ts';
import { guarded, exits, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';
import { closeOnSignal, reloadOnChange, run } from '../run.ts';

/** `start` for servers, `dev` for a laptop: the same edge; `dev` watches the document and prints each decision as a line for people. */
export function start(program: Command, io: Terminal): void {
  for (const [name, says, watched] of [
    ['start', 'run the edge that the document describes', false],
    ['dev', 'run it on your own machine: reloads when the document or a rule changes, prints what is decided', true],
  ] as const) {
    program
      .command(name)
      .description(says)
      .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
      .addHelpText('after', '\nAddresses and ports stand in the document: listen.host, listen.port, admin.port.')
      .action((options: { config?: string }) =>
        guarded(io, false, async () => {
          const began = performance.now();
          // A laptop has other things to hold: garbage is swept sooner, here and in the functions' threads.
          if (watched) setFlagsFromString('--optimize-for-size');
          const loaded = await loadDocument(options.config);
          const running = await run(loaded, watched ? { sinks: [lines(io)], watchFunctions: true } : {});
          const { app, serving, admin } = running;
          io.err(
            `${app.document.name === 'sallyport' ? 'sallyport' : `sallyport ${app.document.name}`} (version ${app.version}) listens on ${serving.url}, ready after ${duration(Math.round(performance.now() - began))}`,
          );
          if (admin) io.err(`operators: ${admin.url}/healthz /readyz /metrics /traces`);
          const stop = watched
            ? reloadOnChange(running, loaded, (line, ok) => io.err(ok ? line : `not taken up:\n${line}`))
            : () => {};
          closeOnSignal(async () => {
            stop();
            await running.close();
          });
          return exits.ok;
        }),
      );
  }
}

/** One short line per decision. */
function lines(io: Terminal): import('../../ports/sink.ts').Sink {
  return {
    name: 'lines',
    write: (record) =>
      io.out(
        `${record.status} ${record.method} ${record.path}  ${record.ms.toFixed(1)} ms  ${record.from}${record.code ? `  sallyport explain ${record.id}` : ''}`,
      ),
    flush: async () => {},
  };
}
