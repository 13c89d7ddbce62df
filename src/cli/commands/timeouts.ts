import type { Command } from 'commander';
import { duration } from '../../base/duration.ts';
import { DocumentError } from '../../config/issues.ts';
import { parseDocument } from '../../config/parse.ts';
import { recordsOf, timesOf, type LogTimes, type OriginTimes } from '../../lab/origin-times.ts';
import { prices } from '../../lab/prices.ts';
import { planTimeouts, type TimeoutPlan } from '../../lab/timeouts.ts';
import { exits, guarded, table, UsageError, type Terminal } from '../command.ts';
import { readGiven } from '../given-file.ts';
import { loadDocument } from '../load.ts';

interface Options {
  readonly config?: string;
  readonly memory: string;
  readonly rate?: string;
  readonly json?: boolean;
}

/** A decision log to the origins' times, and from them timeouts, reserved concurrency and what that can cost at most. */
export function timeouts(program: Command, io: Terminal): void {
  program
    .command('timeouts')
    .description('propose timeouts and reserved concurrency from the origin times in a decision log')
    .argument(
      '<log>',
      'a file with decision records, one a line, or what `aws logs tail` printed; "-" is standard input',
    )
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('--memory <mb>', 'memory of the function', '512')
    .option('--rate <number>', 'requests a second to reckon with (default: the busiest second of the log)')
    .option('--json', 'print it as JSON')
    .action((log: string, options: Options) =>
      guarded(io, options.json === true, async () => {
        const memoryMb = numberOf('--memory', options.memory, 128);
        const rate = options.rate === undefined ? {} : { rate: numberOf('--rate', options.rate, 0) };
        const { document, issues } = parseDocument((await loadDocument(options.config)).document);
        if (document === null) throw new DocumentError(issues);
        const times = timesOf(recordsOf(readGiven(log)), (route) => {
          const to = document.routes[route]?.to;
          return typeof to === 'string' && document.origins[to] ? to : null;
        });
        if (times.routes.length === 0)
          throw new UsageError(
            times.records === 0
              ? `${log} has no decision records: it wants what \`sallyport start\` or the function writes to standard output (logging.sinks)`
              : `none of the ${times.records} decisions in ${log} went to an origin, or they are of a version that did not write \`originMs\``,
          );
        const plan = planTimeouts(document, times, { memoryMb, ...rate });
        if (plan.origins.length === 0)
          throw new UsageError(
            `the origins in ${log} (${times.origins.map(({ name }) => name).join(', ')}) are none of this document: is it the log of another?`,
          );
        if (options.json) io.out(JSON.stringify({ ...plan, measured: times }, null, 2));
        else for (const line of told(plan, times)) io.out(line);
        return plan.ok ? exits.ok : exits.notInOrder;
      }),
    );
}

function numberOf(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || value === 0)
    throw new UsageError(`${option} is a number ${least === 0 ? 'above 0' : `from ${least}`}, not ${text}`);
  return value;
}

const cells = ({ count, p50, p99, p999, max, failures }: OriginTimes): string[] => [
  String(count),
  ...[p50, p99, p999, max].map((ms) => ms.toFixed(1)),
  String(failures),
];

const verdicts = { fits: 'keep', 'too short': 'too short', 'far too long': 'far too long' } as const;

function told(plan: TimeoutPlan, times: LogTimes): string[] {
  const { lambda, worstHour } = plan;
  const thin = plan.origins.filter(({ measured }) => measured.count < 1000).map(({ origin }) => origin);
  return [
    ...table([
      ['route', 'requests', 'p50 ms', 'p99', 'p99.9', 'max', 'failures'],
      ...times.routes.map((each) => [each.name, ...cells(each)]),
    ]),
    '',
    ...table([
      ['origin', 'now', 'write', '', 'why'],
      ...plan.origins.map((each) => [
        each.origin,
        duration(each.present),
        each.proposed,
        verdicts[each.verdict],
        each.says,
      ]),
    ]),
    '',
    `The function: timeout ${lambda.timeout}, reserved concurrency ${lambda.reservedConcurrency} (${lambda.rate} requests a second, each ${times.whole.p99.toFixed(1)} ms at p99).`,
    `At most $${(worstHour.function + worstHour.api).toFixed(2)} an hour with all of them busy: ${worstHour.requests} requests, $${worstHour.function.toFixed(2)} for a function of ${lambda.memoryMb} MB, $${worstHour.api.toFixed(2)} for an HTTP API (list prices as of ${prices.asOf}).`,
    ...(lambda.says === null ? [] : [lambda.says]),
    ...(thin.length === 0
      ? []
      : [`Fewer than 1000 requests to ${thin.join(', ')}: p99.9 is then the slowest of them, no more.`]),
  ];
}
