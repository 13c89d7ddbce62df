/**
 * Compares `@detectSQLi` and `@detectXSS` with libinjection over the generated corpus.
 *
 *     ORACLE=path/to/oracle node scripts/run.mjs scripts/compare-libinjection.ts [--seed N] [--show FAMILY] [--record]
 *
 * ORACLE is a program that reads one base64 string a line and prints `<sqli 0|1> <fingerprint> <xss 0|1>`. Without it the
 * recorded verdicts of the default seed are used. `--record` writes them; `--show` lists where the two differ.
 */
import { writeFileSync } from 'node:fs';
import { corpus, SEED, type Family } from '../test/conformance/libinjection/corpus.ts';
import { ask, pack, RECORD, recorded } from '../test/conformance/libinjection/oracle.ts';
import { injects, sqlVerdict } from '../src/waf/languages/sql/detect.ts';
import { htmlVerdict, scripts } from '../src/waf/languages/html/detect.ts';

const options = new Map<string, string>();
for (let at = 2; at < process.argv.length; at++) {
  const word = process.argv[at] as string;
  if (word.startsWith('--')) options.set(word.slice(2), process.argv[at + 1] ?? '');
}
const seed = Number(options.get('seed') ?? SEED);
const families = corpus(seed);
const oracle = process.env['ORACLE'];
if (oracle === undefined && seed !== SEED)
  throw new Error('only the default seed is recorded: set ORACLE for another one');
const verdicts = oracle === undefined ? recorded(families) : ask(oracle, families);

if (options.has('record')) {
  if (oracle === undefined) throw new Error('set ORACLE to record');
  writeFileSync(RECORD, `${JSON.stringify(pack(families, verdicts), null, 2)}\n`);
}

interface Score {
  agree: number;
  both: number;
  onlyOurs: number;
  onlyTheirs: number;
  count: number;
}

function score(family: Family, ours: (value: string) => boolean, theirs: readonly boolean[]): Score {
  const sum: Score = { agree: 0, both: 0, onlyOurs: 0, onlyTheirs: 0, count: family.values.length };
  family.values.forEach((value, at) => {
    const mine = ours(value);
    if (mine === theirs[at]) sum.agree++;
    if (mine && theirs[at] === true) sum.both++;
    if (mine && theirs[at] !== true) sum.onlyOurs++;
    if (!mine && theirs[at] === true) sum.onlyTheirs++;
    if (mine !== theirs[at] && options.get('show') === `${family.kind}/${family.name}`)
      show(value, mine, ours === injects);
  });
  return sum;
}

function show(value: string, mine: boolean, sql: boolean): void {
  const verdict = sql ? sqlVerdict(value) : htmlVerdict(value);
  console.log(
    `  ${mine ? 'only ours  ' : 'only theirs'} ${verdict === null ? '' : `[${verdict.reason}, ${verdict.context}] `}${JSON.stringify(value)}`,
  );
}

function row(name: string, sum: Score): void {
  const share = ((100 * sum.agree) / sum.count).toFixed(2);
  console.log(
    `${name.padEnd(30)} ${String(sum.count).padStart(6)} ${share.padStart(8)} % ${String(sum.both).padStart(6)} ${String(sum.onlyOurs).padStart(10)} ${String(sum.onlyTheirs).padStart(12)}`,
  );
}

function add(total: Score, sum: Score): void {
  for (const key of Object.keys(total) as (keyof Score)[]) total[key] += sum[key];
}

for (const [title, kinds, sql] of [
  ['SQL injection, attacks', ['sqli'], true],
  ['SQL injection, benign', ['benign'], true],
  ['XSS, attacks', ['xss'], false],
  ['XSS, benign', ['benign'], false],
] as const) {
  console.log(
    `\n${title.padEnd(30)} ${'values'.padStart(6)} ${'agree'.padStart(10)} ${'both'.padStart(6)} ${'only ours'.padStart(10)} ${'only theirs'.padStart(12)}`,
  );
  const total: Score = { agree: 0, both: 0, onlyOurs: 0, onlyTheirs: 0, count: 0 };
  families.forEach((family, at) => {
    if (!(kinds as readonly string[]).includes(family.kind)) return;
    const theirs = verdicts[at] as { readonly sql: readonly boolean[]; readonly html: readonly boolean[] };
    const sum = score(family, sql ? injects : scripts, sql ? theirs.sql : theirs.html);
    row(`${family.kind}/${family.name}`, sum);
    if (family.name !== 'beyond') add(total, sum);
  });
  row(
    families.some((family) => family.name === 'beyond' && (kinds as readonly string[]).includes(family.kind))
      ? 'all but beyond'
      : 'all',
    total,
  );
}
