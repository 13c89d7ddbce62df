import { nearest } from './nearest.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';
import type { TransformDefinition } from './transform.ts';
import { all } from './transforms/all.gen.ts';

const table = new Map<string, TransformDefinition>(
  (all as readonly TransformDefinition[]).map((page) => [page.name.toLowerCase(), page]),
);

/** The transformation of that name, without regard to case, or an error that says what there is instead. */
export function transformNamed(name: string, place?: SourcePlace): TransformDefinition {
  const page = table.get(name.toLowerCase());
  if (page !== undefined) return page;
  const hint = nearest(
    name,
    [...table.values()].map(({ name }) => name),
  );
  throw new RuleError(`there is no transformation \`${name}\``, { ...(place && { place }), ...(hint && { hint }) });
}
