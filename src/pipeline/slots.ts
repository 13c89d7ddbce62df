import { safeParse, type $ZodType } from 'zod/v4/core';
import { nearest } from '../base/named.ts';
import { article, flawsOf, pathText, shown, type Issue } from '../config/issues.ts';
import type { Use } from '../config/use.ts';

/** A `{ use, with }` slot to its definition and checked options; every problem lands in `issues` with its path. */
export function readSlot<Definition extends { readonly name: string; readonly options: $ZodType }>(
  kind: string,
  slot: Use,
  known: ReadonlyMap<string, Definition>,
  path: readonly PropertyKey[],
  issues: Issue[],
): { readonly definition: Definition; readonly options: unknown } | null {
  const definition = known.get(slot.use);
  if (!definition) {
    const near = nearest(slot.use, known.keys());
    issues.push({
      path: pathText([...path, 'use']),
      wanted: `the name of ${article(kind)}`,
      found: shown(slot.use),
      hint: near ? `did you mean "${near}"?` : `known: ${[...known.keys()].join(', ')}`,
    });
    return null;
  }
  const options = safeParse(definition.options, slot.with, { jitless: true });
  if (options.success) return { definition, options: options.data };
  for (const flaw of options.error.issues.flatMap((issue) => flawsOf(definition.options, issue, slot.with))) {
    const { at, hint, ...says } = flaw;
    issues.push({
      ...says,
      path: pathText([...path, 'with', ...at]),
      hint: hint ?? `see ${kind} "${definition.name}" in docs/reference`,
    });
  }
  return null;
}
