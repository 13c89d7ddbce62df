import { groupsOf } from '../automaton/byte-groups.ts';
import type { FieldDefinition } from '../field.ts';
import type { ChainNode } from '../program.ts';
import { ByteSet } from '../regex/byte-set.ts';
import { phases, type Phase } from '../rule.ts';
import type { Choosy, Look, Reader } from './look.ts';
import { add, bitsIn } from './rule-bits.ts';
import { fewRules, shortestInputs } from './step-limits.ts';

const complete = { request: 1, 'request-body': 2, 'response-head': 3, 'response-body': 4, moment: 5 } as const;

export function looksOf(all: readonly Reader[], words: number): Record<Phase, readonly Look[]> {
  const looks: Record<Phase, Look[]> = { 1: [], 2: [], 3: [], 4: [], 5: [] };
  const fields = new Set(all.flatMap(({ condition }) => condition.targets.map(({ field }) => field)));
  for (const field of fields) {
    const readers = all.filter(({ condition }) => condition.targets.some((target) => target.field === field));
    const ready = complete[field.lifetime];
    for (const phase of phases) {
      // What is complete is looked at once for all later phases; before that, each phase looks for itself.
      const forWhom = readers.filter((rule) =>
        phase === ready ? rule.phase >= ready : rule.phase === phase && phase < ready,
      );
      if (forWhom.length > 0) looks[phase].push(lookOf(field, forWhom, words));
    }
  }
  return looks;
}

function lookOf(field: FieldDefinition, readers: readonly Reader[], words: number): Look {
  const rules = new Uint32Array(words);
  const several = new Uint32Array(words);
  const nodes = new Map<number, { readonly chain: ChainNode; readonly rules: Uint32Array }>();
  const nodeOf = (chain: ChainNode): Uint32Array => {
    let node = nodes.get(chain.id);
    if (node === undefined) nodes.set(chain.id, (node = { chain, rules: new Uint32Array(words) }));
    return node.rules;
  };
  const root = rootOf(readers[0]!.condition.chain);
  nodeOf(root);
  for (const { bit, condition } of readers) {
    add(rules, bit);
    for (const chain of condition.chain.path) nodeOf(chain);
    add(nodeOf(condition.chain), bit);
    if (condition.source.multiMatch) add(several, bit);
    if (condition.source.multiMatch) for (const chain of [root, ...condition.chain.path]) add(nodeOf(chain), bit);
  }
  const ordered = [...nodes.values()].sort((a, b) => a.chain.path.length - b.chain.path.length);
  const numbers = new Map(ordered.map(({ chain }, i) => [chain.id, i]));
  const shortest = shortestInputs(ordered, numbers, readers);
  const few = fewRules(ordered, numbers, words);
  const steps = ordered.map(({ chain, rules: at }, i) => ({
    shortest: shortest[i]!.input,
    least: shortest[i]!.output,
    few: few[i]!,
    transform: chain.transform,
    parent: chain.previous === null ? -1 : numbers.get(chain.previous.id)!,
    triggers: triggersOf(chain),
    lowers: chain.transform?.name === 'lowercase',
    lowered: chain.path.some(({ transform }) => transform?.name === 'lowercase') ? (1 as const) : (0 as const),
    rules: bitsIn(at),
    several: bitsIn(at.map((word, i) => word & several[i]!)),
  }));
  return { field, rules, steps, choosy: choosyOf(field, readers) };
}

function rootOf(chain: ChainNode): ChainNode {
  return chain.previous === null ? chain : rootOf(chain.previous);
}

function triggersOf({ transform }: ChainNode): number {
  if (transform === null || transform.triggers === undefined) return 0;
  return groupsOf(ByteSet.chars(transform.triggers)) ?? 0;
}

function choosyOf(field: FieldDefinition, readers: readonly Reader[]): readonly Choosy[] {
  return readers.flatMap(({ bit, condition: { source } }) => {
    const here = ({ field: name }: { readonly field: string }): boolean => name === field.name;
    const reads = source.targets.filter(here).map(({ selector }) => selector);
    const leaves = source.exclusions.filter(here).map(({ selector }) => selector);
    return leaves.length === 0 && reads.some(({ kind }) => kind === 'all') ? [] : [{ bit, reads, leaves }];
  });
}
