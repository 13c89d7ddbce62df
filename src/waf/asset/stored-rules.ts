import type { Marker, Rule, RuleSet } from '../rule.ts';
import type { SourcePlace } from '../rule-error.ts';
import type { Contents, Table } from './container.ts';

type Item = Rule | Marker;

/** Rules as text, one by one, so that only those are read that are asked for. */
export interface StoredRules {
  /** Files that places name. */
  readonly places: readonly string[];
  readonly signatures: RuleSet['signatures'];
}

const decoder = new TextDecoder();

export function storeRules({ items, signatures }: RuleSet): Contents<StoredRules> {
  const places = new Map<string, number>();
  const encoder = new TextEncoder();
  const texts = items.map((item) => {
    const text = JSON.stringify(item, (_, value: unknown) =>
      isPlace(value) ? [numberOf(places, value.file), value.line] : value,
    );
    return encoder.encode(text);
  });
  const starts = new Uint32Array(items.length + 1);
  for (const [at, text] of texts.entries()) starts[at + 1] = starts[at]! + text.length;
  const rules = new Uint8Array(starts[items.length]!);
  for (const [at, text] of texts.entries()) rules.set(text, starts[at]);
  return { said: { places: [...places.keys()], signatures }, tables: { rules, ruleStarts: starts } };
}

/** Reads one item. */
export function itemsOf({ places }: StoredRules, tables: Readonly<Record<string, Table>>): (at: number) => Item {
  const text = tables['rules'] as Uint8Array;
  const starts = tables['ruleStarts'] as Uint32Array;
  return (at) => withPlaces(JSON.parse(decoder.decode(text.subarray(starts[at], starts[at + 1]))), places) as Item;
}

function isPlace(value: unknown): value is SourcePlace {
  return typeof value === 'object' && value !== null && 'file' in value && 'line' in value;
}

function numberOf(places: Map<string, number>, file: string): number {
  let number = places.get(file);
  if (number === undefined) places.set(file, (number = places.size));
  return number;
}

/** Puts `{ file, line }` back wherever a place was written as two numbers. */
function withPlaces(value: unknown, places: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const part of value) withPlaces(part, places);
    return value;
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    const part = object[key];
    if (typeof part !== 'object' || part === null) continue;
    if (key === 'place') {
      const [file, line] = part as [number, number];
      object[key] = { file: places[file], line };
    } else if (key !== 'tags') withPlaces(part, places);
  }
  return value;
}
