import type { Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { offers } from '../../lab/cost.ts';
import { nativeAcl } from '../../lab/native.ts';
import { prices } from '../../lab/prices.ts';
import { registry } from '../../pipeline/registry.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';

/** What the document's rules would cost a month on AWS, each way; also when the native product is the cheaper one. */
export function cost(program: Command, io: Terminal): void {
  program
    .command('cost')
    .description('compare what the rules cost a month on AWS: as a web ACL, as an authorizer, in the path, at the edge')
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--millions <number>', 'million requests a month', '100')
    .option('--ms <milliseconds>', 'billed time of one decision', '2')
    .option('--memory <mb>', 'memory of the function', '128')
    .option('--json', 'print it as JSON')
    .action((options: { config?: string; millions: string; ms: string; memory: string; json?: boolean }) =>
      guarded(io, options.json === true, async () => {
        const loaded = await loadDocument(options.config);
        const { document, issues } = parseDocument(loaded.document);
        if (document === null) throw new DocumentError(issues);
        const native = nativeAcl(document, registry(loaded.plugins).rules);
        const load = {
          millions: Number(options.millions),
          rules: native.acl.Rules.length,
          units: native.capacity,
          milliseconds: Number(options.ms),
          memoryMb: Number(options.memory),
        };
        if (!(load.millions > 0 && load.milliseconds > 0 && load.memoryMb >= 128)) {
          io.err('sallyport: --millions and --ms are numbers above 0, --memory at least 128');
          return exits.usage;
        }
        const found = offers(load);
        const without = native.fidelity.filter((each) => each.certainty === 'impossible').map((each) => each.rule);
        if (options.json)
          io.out(JSON.stringify({ ok: true, asOf: prices.asOf, load, offers: found, notNative: without }, null, 2));
        else {
          for (const line of table([
            ['a month', 'how', ''],
            ...found.map((offer) => [`$${offer.month.toFixed(2)}`, offer.name, offer.says]),
          ]))
            io.out(line);
          if (without.length > 0) io.out(`\nNot native, so not in the offers with AWS WAF: ${without.join(', ')}`);
          io.out(`\nList prices as of ${prices.asOf}, US East, without free tiers: ${prices.source}.`);
        }
        return exits.ok;
      }),
    );
}
