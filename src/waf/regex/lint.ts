import { children, type Node } from './ast.ts';
import { Backtracker } from './backtrack.ts';
import type { ByteSet } from './byte-set.ts';
import { parsePattern } from './parse.ts';
import { compileProgram } from './program.ts';

/** A pattern that takes far longer than its value in engines that only backtrack, and an input that shows it. */
export interface Explosion {
  readonly growth: 'exponential' | 'polynomial';
  /** Steps grow with this power of the length, roughly; 0 where it is exponential. */
  readonly degree: number;
  /** `before`, then `pump` again and again, then `after`. */
  readonly witness: { readonly before: string; readonly pump: string; readonly after: string };
  /** What was counted: steps for values of these lengths; the last may have been cut off. */
  readonly steps: readonly (readonly [length: number, steps: number])[];
}

export interface PatternReport {
  /** False: no automaton can run it, so that here too it runs with a budget. */
  readonly regular: boolean;
  readonly explosion: Explosion | null;
}

/** Most steps of one try, and of all tries for one pattern. */
const perTry = 1_000_000;
const perPattern = 12_000_000;
const lengths = [8, 12, 18, 27, 40, 80, 160] as const;
/** From this power on it is worth telling: a search that begins anew at each byte is of the second by itself. */
const leastDegree = 2.6;
/** What grows faster than this power is taken for exponential. */
const mostDegree = 5;
const favourites = '\n a0/.-"\'=(<\\';

/**
 * Looks for an input on which a search that remembers nothing takes more than a quadratic number of steps. Every report
 * has been counted; that nothing is reported proves nothing. Throws as `parsePattern` and `compileProgram` do.
 */
export function lintPattern(source: string): PatternReport {
  const { root, ...tree } = parsePattern(source);
  const program = compileProgram({ ...tree, root });
  const search = new Backtracker(program);
  let left = perPattern;
  const count = (value: string): number => {
    const steps = search.naiveSteps(value, Math.min(perTry, left));
    left -= steps;
    return steps;
  };
  let worst: Explosion | null = null;
  for (const { before, pump } of pumps(root)) {
    for (const after of ['\x01', '']) {
      if (left <= 0) return { regular: program.regular, explosion: worst };
      const found = measure(count, { before, pump, after });
      if (found !== null && (worst === null || weight(found) > weight(worst))) worst = found;
      if (worst?.growth === 'exponential') return { regular: program.regular, explosion: worst };
    }
  }
  return { regular: program.regular, explosion: worst };
}

const weight = ({ growth, degree }: Explosion): number => (growth === 'exponential' ? Infinity : degree);

function measure(count: (value: string) => number, witness: Explosion['witness']): Explosion | null {
  const steps: [length: number, steps: number][] = [];
  for (const length of lengths) {
    const taken = count(pumped(witness, length));
    steps.push([length, taken]);
    if (taken >= perTry) break;
  }
  const whole = steps.filter(([, taken]) => taken < perTry);
  const [short, long] = whole.slice(-2);
  // Cut off at the second length already: no power that a pattern could have is that high.
  const degree = short && long ? power(short, long) : Number.POSITIVE_INFINITY;
  if (degree > mostDegree) return { growth: 'exponential', degree: 0, witness, steps };
  return degree < leastDegree ? null : { growth: 'polynomial', degree, witness, steps };
}

/** The value of about this length that a witness stands for. */
export const pumped = ({ before, pump, after }: Explosion['witness'], length: number): string =>
  before + pump.repeat(Math.max(1, Math.floor(length / pump.length))) + after;

const power = ([short, few]: readonly [number, number], [long, many]: readonly [number, number]): number =>
  Math.round((Math.log(many / Math.max(1, few)) / Math.log(long / short)) * 10) / 10;

/** For each repeat: a text that leads to it, and texts that it can eat again and again. Each pair once. */
function* pumps(root: Node): Generator<{ readonly before: string; readonly pump: string }> {
  const seen = new Set<string>();
  for (const { node, before } of repeats(root, '')) {
    for (const pump of words(node, 6)) {
      const key = `${before}\n${pump}`;
      if (pump === '' || pump.length > 12 || seen.has(key)) continue;
      seen.add(key);
      yield { before: before.slice(0, 200), pump };
    }
  }
}

function* repeats(node: Node, before: string): Generator<{ readonly node: Node; readonly before: string }> {
  if (node.kind === 'seq') {
    let text = before;
    for (const item of node.items) {
      yield* repeats(item, text);
      text += words(item, 1)[0] ?? '';
    }
    return;
  }
  if (node.kind === 'repeat' && node.max > 20) yield { node: node.node, before };
  for (const child of children(node)) yield* repeats(child, before);
}

/** A few texts that a node matches, the shortest kinds first. */
function words(node: Node, most: number): readonly string[] {
  switch (node.kind) {
    case 'set':
      return bytes(node.set, most);
    case 'alt':
      return [...new Set(node.items.flatMap((item) => words(item, Math.max(1, Math.floor(most / 2)))))].slice(0, most);
    case 'seq': {
      const each = node.items.map((item) => words(item, most));
      const found: string[] = [];
      for (let at = 0; at < most; at++)
        found.push(each.map((some) => some[at % Math.max(1, some.length)] ?? '').join(''));
      return [...new Set(found)];
    }
    case 'repeat': {
      const inner = words(node.node, most);
      return inner.map((word) => word.repeat(Math.min(Math.max(1, node.min), 8)));
    }
    case 'group':
    case 'atomic':
      return words(node.node, most);
    default:
      return [''];
  }
}

function bytes(set: ByteSet, most: number): readonly string[] {
  const found = favourites.split('').filter((char) => set.has(char.charCodeAt(0)));
  for (let code = 0x21; found.length === 0 && code < 0x121; code++)
    if (set.has(code & 255)) found.push(String.fromCharCode(code & 255));
  return found.slice(0, most);
}
