import { parseTemplate, type Template } from './macro.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

/** Collections that rules may write to. */
const collections = ['TX', 'IP', 'GLOBAL', 'SESSION', 'USER', 'RESOURCE'] as const;

/** `tx.name`: the collection in upper case, the rest as it stands (it may hold macros). */
export function variableArgument(
  text: string,
  place?: SourcePlace,
): { readonly collection: string; readonly name: Template } {
  const cut = text.search(/[.:]/);
  const collection = (cut < 0 ? text : text.slice(0, cut)).trim().toUpperCase();
  const name = cut < 0 ? '' : text.slice(cut + 1).trim();
  if (!(collections as readonly string[]).includes(collection) || name === '') {
    throw new RuleError(`\`${text}\` names no variable`, {
      ...(place && { place }),
      hint: `write tx.name; collections are ${collections.join(', ')}`,
    });
  }
  return { collection, name: parseTemplate(name, place) };
}
