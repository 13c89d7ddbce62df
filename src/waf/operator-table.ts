import { nearest } from './nearest.ts';
import type { OperatorDefinition } from './operator.ts';
import { all } from './operators/all.gen.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

/** Operators that other engines have and this one does not, each with the reason. */
const refused: Readonly<Record<string, string>> = {
  inspectfile: 'rules start no programs',
  fuzzyhash: 'no list of known hashes is kept',
  validatedtd: 'XML is read without a DTD',
  validateschema: 'write a request validator at the gateway',
  validatehash: 'links are not signed',
  gsblookup: 'rules ask nobody outside while a request waits',
};

const table = new Map<string, OperatorDefinition>(
  (all as readonly OperatorDefinition[]).map((page) => [page.name.toLowerCase(), page]),
);

/** The operator of that name, without regard to case, or an error that says what there is instead. */
export function operatorNamed(name: string, place?: SourcePlace): OperatorDefinition {
  const page = table.get(name.toLowerCase());
  if (page !== undefined) return page;
  const hint =
    refused[name.toLowerCase()] ??
    nearest(
      name,
      [...table.values()].map(({ name }) => name),
    );
  throw new RuleError(`there is no operator \`@${name}\``, { ...(place && { place }), ...(hint && { hint }) });
}
