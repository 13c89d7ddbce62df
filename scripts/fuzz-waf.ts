/**
 * Throws hostile values at every transformation and body processor: nothing may throw, and a byte may not cost more in a
 * megabyte than in a kilobyte.
 *
 *   node scripts/run.mjs scripts/fuzz-waf.ts [seconds=20] [seed=1]
 *
 * Prints what it ran and the steepest growth; the exit code is 1 when something threw or grew.
 */
import { all as bodies } from '../src/waf/bodies/all.gen.ts';
import { all as transforms } from '../src/waf/transforms/all.gen.ts';

interface Subject {
  readonly name: string;
  run(value: string): unknown;
}

const seconds = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? 1);
const form = 'multipart/form-data; boundary=xx';
// Wide limits: the default ones end most hostile bodies early and would hide what reading them costs.
const limits = { depth: 10_000, count: 2_000_000, valueBytes: 16_777_216 };

const subjects: readonly Subject[] = [
  ...transforms.map((page) => ({ name: page.name, run: (value: string) => page.apply(value) })),
  ...bodies.map((page) => ({ name: page.name, run: (value: string) => page.parse(value, form, limits) })),
];

/** One unit each, repeated up to the size wanted; `head` comes once, before. */
const units: readonly (readonly [head: string, unit: string])[] = [
  [
    'a',
    ' ',
    '\n',
    '\r\n',
    '\0',
    '\xff',
    '\xc3\xa9',
    '%',
    '%41',
    '%u',
    '+',
    '\\',
    '\\x41',
    '\\u',
    '\\7',
    '&',
    '&#x0',
    '&#1',
  ],
  [
    '&lt',
    '&a',
    '/*',
    '*/',
    '<!--',
    '-->',
    '--',
    '#',
    '/',
    '../',
    'a/../',
    './',
    '..',
    '0x',
    '0x41',
    '"',
    "'",
    '=',
    'a=1&',
    '&&',
  ],
  ['--xx', '--xx\r\n', '\n--', '--\n', '[', '[]', '{"a":', '"a",', '1', '-', '\\"', '<', '<a>', '<a/>', '</a>', 'a="'],
  ['&amp;', ']]>', '<![CDATA[', '<?', 'boundary='],
]
  .flat()
  .map((unit) => ['', unit] as const);
const begun: readonly (readonly [head: string, unit: string])[] = [
  ['--xx\r\n', 'a: b\r\n'],
  ['--xx\r\nContent-Disposition: form-data; name="', '\\'],
  ['--xx\r\nContent-Disposition: form-data; ', 'name=a;'],
  ['--xx\r\nContent-Disposition: form-data;\r\n', ' x\r\n'],
  ['--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n', '\r\n--x'],
  ['--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n', 'x--xx'],
  ['["', '\\u0041'],
  ['["', '\xc3'],
  ['[', '1,'],
  ['[1', '1'],
  [`{"${'k'.repeat(400)}":[`, '1,'],
  ['<a>', '&'],
  ['<a>', '&lt;'],
  ['<a>', '<b>x</b>'],
  ['<a ', 'a="" '],
  ['<a b="', '&#65;\r'],
  ['<a><!--', '--'],
  ['<a>', ']]'],
];

const sizes = [1_000, 1_000_000] as const;
/** Below this many nanoseconds a byte growth is noise: caches alone make a factor of a few. */
const floor = 15;
const steepest = 8;

let state = seed >>> 0;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function cost(subject: Subject, value: string): number {
  const rounds = Math.max(1, Math.ceil(200_000 / value.length));
  let best = Infinity;
  const batches = value.length > 100_000 ? 1 : 3;
  for (let batch = 0; batch < batches; batch += 1) {
    const start = process.cpuUsage();
    for (let i = 0; i < rounds; i += 1) subject.run(value);
    const used = process.cpuUsage(start);
    best = Math.min(best, ((used.user + used.system) * 1000) / rounds / value.length);
  }
  return best;
}

const faults: string[] = [];
const growth: { readonly what: string; readonly small: number; readonly large: number }[] = [];
const deadline = performance.now() + seconds * 1000;
let values = 0;

const curves = subjects.flatMap((subject) => [...units, ...begun].map(([head, unit]) => ({ subject, head, unit })));
// In random order and for two thirds of the time, so that a short run is a fair sample and the next seed another one.
for (let i = curves.length - 1; i > 0; i -= 1) {
  const other = Math.floor(random() * (i + 1));
  [curves[i], curves[other]] = [curves[other]!, curves[i]!];
}
for (const { subject, head, unit } of curves) {
  if (performance.now() > deadline - seconds * 333) break;
  const what = `${subject.name} on ${JSON.stringify(head + unit)}`;
  const make = (size: number): string => head + unit.repeat(Math.ceil((size - head.length) / unit.length));
  const measure = (): { small: number; large: number } => ({
    small: Math.max(cost(subject, make(sizes[0])), floor),
    large: cost(subject, make(sizes[1])),
  });
  try {
    let costs = measure();
    values += sizes.length;
    // One slow run may be the machine's fault, so what looks steep is measured again before it counts.
    for (let again = 0; again < 2 && costs.large > steepest * costs.small; again += 1) costs = measure();
    growth.push({ what, ...costs });
    if (costs.large > steepest * costs.small) {
      faults.push(`${what}: ${costs.small.toFixed(0)} ns a byte at 1 kB, ${costs.large.toFixed(0)} at 1 MB`);
    }
  } catch (error) {
    faults.push(`${what}: ${String(error)}`);
  }
}
const pairs = growth.length;

const pieces = [...units, ...begun].flat();
let rounds = 0;
while (performance.now() < deadline) {
  let value = '';
  const length = Math.floor(random() * 40);
  for (let i = 0; i < length; i += 1) {
    value +=
      random() < 0.2 ? String.fromCharCode(Math.floor(random() * 256)) : pieces[Math.floor(random() * pieces.length)];
  }
  for (const subject of subjects) {
    try {
      subject.run(value);
      values += 1;
    } catch (error) {
      faults.push(`${subject.name} on ${JSON.stringify(value)} (seed ${seed}): ${String(error)}`);
    }
  }
  rounds += 1;
}

growth.sort((a, b) => b.large / b.small - a.large / a.small);
console.log(
  `${subjects.length} subjects, ${pairs} of ${curves.length} growth curves, ${rounds} random rounds, ${values} values, seed ${seed}`,
);
for (const { what, small, large } of growth.slice(0, 5)) {
  console.log(`  ${(large / small).toFixed(1)}x  ${large.toFixed(0)} ns a byte at 1 MB  ${what}`);
}
growth.sort((a, b) => b.large - a.large);
const [dearest] = growth;
if (dearest) console.log(`  dearest: ${dearest.large.toFixed(0)} ns a byte  ${dearest.what}`);
for (const fault of faults.slice(0, 20)) console.error(fault);
console.log(faults.length === 0 ? 'nothing threw, nothing grew' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
