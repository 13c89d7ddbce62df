import type { Marker, Rule, RuleSet } from '../rule.ts';
import type { Contents, Table } from './container.ts';

/** Rules as text, one by one, so that only those are read that are asked for. */
export type StoredRules = Pick<RuleSet, 'signatures'>;

export function storeRules({ items, signatures }: RuleSet): Contents<StoredRules> {
  const encoder = new TextEncoder();
  const texts = items.map((item) => encoder.encode(JSON.stringify(item)));
  const starts = new Uint32Array(items.length + 1);
  for (const [at, text] of texts.entries()) starts[at + 1] = starts[at]! + text.length;
  const rules = new Uint8Array(starts[items.length]!);
  for (const [at, text] of texts.entries()) rules.set(text, starts[at]);
  return { said: { signatures }, tables: { rules, ruleStarts: starts } };
}

const decoder = new TextDecoder();

/** Reads one item. */
export function itemsOf(tables: Readonly<Record<string, Table>>): (at: number) => Rule | Marker {
  const text = tables['rules'] as Uint8Array;
  const starts = tables['ruleStarts'] as Uint32Array;
  return (at) => JSON.parse(decoder.decode(text.subarray(starts[at], starts[at + 1]))) as Rule | Marker;
}
