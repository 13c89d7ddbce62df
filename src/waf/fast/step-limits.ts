import type { ChainNode } from '../program.ts';
import type { Reader } from './look.ts';
import { bitsIn } from './rule-bits.ts';

/** Transformations that never make a value longer. */
export const neverLonger = new Set(
  [
    'lowercase',
    'trim',
    'trimLeft',
    'trimRight',
    'removeNulls',
    'replaceNulls',
    'removeWhitespace',
    'compressWhitespace',
  ].concat(
    [
      'urlDecode',
      'urlDecodeUni',
      'jsDecode',
      'cssDecode',
      'htmlEntityDecode',
      'escapeSeqDecode',
      'base64Decode',
      'cmdLine',
    ],
    ['removeCommentsChar', 'replaceComments', 'normalizePath', 'normalizePathWin'],
  ),
);

/** For each node how long its input and its output must be for any rule at it or below it to match. */
export function shortestInputs(
  nodes: readonly { readonly chain: ChainNode }[],
  numbers: ReadonlyMap<number, number>,
  readers: readonly Reader[],
): readonly { readonly input: number; readonly output: number }[] {
  const found = nodes.map(() => ({ input: Infinity, output: Infinity }));
  for (const { condition, shortest: least } of readers) {
    let bytes = least;
    for (const chain of [...condition.chain.path].reverse()) {
      const at = found[numbers.get(chain.id)!]!;
      at.output = Math.min(at.output, condition.source.multiMatch ? Math.min(bytes, least) : bytes);
      const { name } = chain.transform!;
      if (!neverLonger.has(name)) bytes = 0;
      else if (name === 'base64Decode') bytes = Math.ceil((bytes * 4) / 3);
      at.input = Math.min(at.input, condition.source.multiMatch ? Math.min(bytes, least) : bytes);
    }
  }
  const finite = (bytes: number): number => (bytes === Infinity ? 0 : bytes);
  return found.map(({ input, output }) => ({ input: finite(input), output: finite(output) }));
}

const mostFew = 2;

/** For each node the rules at it and below it when they are few, else null. */
export function fewRules(
  nodes: readonly { readonly chain: ChainNode; readonly rules: Uint32Array }[],
  numbers: ReadonlyMap<number, number>,
  words: number,
): readonly (readonly number[] | null)[] {
  const below = nodes.map(() => new Uint32Array(words));
  for (const { chain, rules } of nodes) {
    for (const node of chain.path) {
      const at = below[numbers.get(node.id)!]!;
      for (let word = 0; word < words; word++) at[word]! |= rules[word]!;
    }
  }
  return below.map(bitsIn).map((rules) => (rules.length <= mostFew ? rules : null));
}
