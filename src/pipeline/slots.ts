import type { z } from 'zod';
import { nearest } from '../base/named.ts';
import { article, describeWith, pathText, shown, type Issue } from '../config/parse.ts';
import type { Use } from '../config/use.ts';

/** A `{ use, with }` slot to its definition and checked options; every problem lands in `issues` with its path. */
export function readSlot<Definition extends { readonly name: string; readonly options: z.ZodType }>(
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
  const options = definition.options.safeParse(slot.with);
  if (options.success) return { definition, options: options.data };
  for (const issue of options.error.issues) {
    for (const { path: member, hint, ...says } of describeWith(definition.options, issue, slot.with)) {
      const at = pathText([...path, 'with']);
      issues.push({
        ...says,
        path: member === '' || member.startsWith('[') ? at + member : `${at}.${member}`,
        hint: hint ?? `see ${kind} "${definition.name}" in docs/reference`,
      });
    }
  }
  return null;
}
