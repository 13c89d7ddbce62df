import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { createKey } from '../../gateway/keyring.ts';
import { nodeDigest } from '../../net/digest.ts';
import { exits, guarded, type Terminal } from '../command.ts';
import { demoDocument } from '../demo-document.ts';
import { demoOrigin } from '../demo-origin.ts';
import { closeOnSignal, run } from '../run.ts';

export function demo(program: Command, io: Terminal): void {
  program
    .command('demo')
    .description('run an edge in front of a small private origin, with lines to try')
    .option('-p, --port <port>', 'port to listen on; 0 takes a free one', '8080')
    .option('--admin-port <port>', 'port for operators; 0 takes a free one', '9901')
    .action((options: { port: string; adminPort: string }) =>
      guarded(io, false, async () => {
        const origin = await demoOrigin();
        let running;
        try {
          running = await run({
            document: demoDocument(origin.port, Number(options.port), Number(options.adminPort)),
            folder: process.cwd(),
            plugins: [],
          });
        } catch (thrown) {
          await origin.close();
          const { code, port } = ((thrown as Error).cause ?? {}) as { code?: string; port?: number };
          if (code !== 'EADDRINUSE') throw thrown;
          io.err(`sallyport: a port is taken (${port}); choose others: npm start -- --port 0 --admin-port 0`);
          return exits.notInOrder;
        }
        const { url } = running.serving;
        const { key } = await createKey(running.app.ports.records, nodeDigest, {
          name: 'demo',
          now: systemClock.now(),
          tenant: null,
          expiresAt: null,
        });
        const status = String.raw`-s -o /dev/null -w '%{http_code} '`;
        for (const line of [
          '',
          `Sallyport listens on ${url}, in front of a private origin on a loopback port.`,
          `The demo key (shown once, kept as a hash): ${key}`,
          '',
          'Try, in another terminal:',
          '',
          '# allowed: passes the rules, the key and the throttle, and reaches the origin',
          `curl -i -H 'x-api-key: ${key}' ${url}/orders/7`,
          '',
          '# blocked by a rule: nobody reaches /admin from here',
          `curl -i ${url}/admin/users`,
          '',
          '# wrong key',
          `curl -i -H 'x-api-key: not-a-key' ${url}/orders/7`,
          '',
          '# throttled: one a second and five at once; the rest is 429',
          `for i in 1 2 3 4 5 6 7 8; do curl ${status} -H 'x-api-key: ${key}' ${url}/orders/$i; done; echo`,
          '',
          ...(running.admin
            ? [
                `# why? every answer has an x-sallyport-trace id:`,
                `curl -s '${running.admin.url}/traces?limit=1'`,
                `npx sallyport explain ID --admin ${running.admin.url}`,
              ]
            : []),
          '',
          'Stop with Ctrl-C. Decisions follow, one JSON line each:',
        ]) {
          io.out(line);
        }
        const edge = running;
        closeOnSignal(async () => {
          await edge.close();
          await origin.close();
        });
        return exits.ok;
      }),
    );
}
