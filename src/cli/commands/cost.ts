import type { Command } from 'commander';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { countedIn } from '../../lab/counted.ts';
import { logBytes, offers, partMemory } from '../../lab/cost.ts';
import { nativeAcl } from '../../lab/native.ts';
import { prices } from '../../lab/prices.ts';
import { registry } from '../../pipeline/registry.ts';
import { exits, guarded, table, type Terminal } from '../command.ts';
import { loadDocument } from '../load.ts';

interface Options {
  readonly config?: string;
  readonly millions: string;
  readonly ms: string;
  readonly originMs: string;
  readonly memory?: string;
  readonly json?: boolean;
}

/** What the document's rules would cost a month on AWS, each way; also when the native product is the cheaper one. */
export function cost(program: Command, io: Terminal): void {
  program
    .command('cost')
    .description('compare what the rules cost a month on AWS: as a web ACL, as an authorizer, in the path, at the edge')
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--millions <number>', 'million requests a month', '100')
    .option('--ms <milliseconds>', 'billed time of one decision', '2')
    .option('--origin-ms <milliseconds>', 'how long the line waits for the origin, which is billed too', '50')
    .option('--memory <mb>', 'memory of the authorizer and of the line (default: as deployed, 256 and 512)')
    .option('--json', 'print it as JSON')
    .action((options: Options) =>
      guarded(io, options.json === true, async () => {
        const loaded = await loadDocument(options.config);
        const { document, issues } = parseDocument(loaded.document);
        if (document === null) throw new DocumentError(issues);
        const native = nativeAcl(document, registry(loaded.plugins).rules);
        const counted = countedIn(document);
        const load = {
          millions: Number(options.millions),
          rules: native.acl.Rules.length,
          units: native.capacity,
          milliseconds: Number(options.ms),
          originMs: Number(options.originMs),
          counts: counted.length,
          ...(options.memory !== undefined && { memoryMb: Number(options.memory) }),
        };
        if (
          !(
            load.millions > 0 &&
            load.milliseconds > 0 &&
            load.originMs >= 0 &&
            (load.memoryMb ?? partMemory.line) >= 128
          )
        ) {
          io.err('sallyport: --millions and --ms are numbers above 0, --origin-ms 0 or more, --memory at least 128');
          return exits.usage;
        }
        const found = offers(load);
        const memory = load.memoryMb === undefined ? `${partMemory.authorizer}/${partMemory.line}` : `${load.memoryMb}`;
        const assumes = [
          `${load.millions} million requests a month (--millions)`,
          `${load.milliseconds} ms for a decision (--ms), and ${load.originMs} ms that the line waits for the origin (--origin-ms)`,
          `${memory} MB for authorizer and line (--memory), ${partMemory.edge} MB at Lambda@Edge`,
          counted.length > 0
            ? `a read and a write in DynamoDB for each of ${counted.join(', ')}, in the line; nothing else counts`
            : 'nothing is counted in DynamoDB',
          `${logBytes.function} bytes of log for a call and ${logBytes.api} for a request of an API; AWS WAF's log, storage and transfer are left out`,
        ];
        const without = native.fidelity.filter((each) => each.certainty === 'impossible').map((each) => each.rule);
        if (options.json)
          io.out(
            JSON.stringify({ ok: true, asOf: prices.asOf, load, assumes, offers: found, notNative: without }, null, 2),
          );
        else {
          for (const line of table([
            ['a month', 'how', ''],
            ...found.map((offer) => [`$${offer.month.toFixed(2)}`, offer.name, offer.says]),
          ]))
            io.out(line);
          if (without.length > 0) io.out(`\nNot native, so not in the offers with AWS WAF: ${without.join(', ')}`);
          io.out('\nAssumed:');
          for (const line of assumes) io.out(`  ${line}`);
          io.out(`\nList prices as of ${prices.asOf}, US East, without free tiers: ${prices.source}.`);
        }
        return exits.ok;
      }),
    );
}
