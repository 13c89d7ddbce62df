import { DocumentError, type Issue } from '../config/issues.ts';
import type { Use } from '../config/use.ts';
import type { DocumentSource } from '../ports/documents.ts';
import type { Registry } from './registry.ts';
import { readSlot } from './slots.ts';

/** What `rules.from` names. Throws `DocumentError` for a source that is not known, or options that are not its own. */
export function openRuleSource(slot: Use, { sources }: Registry, at: (path: string) => string): DocumentSource {
  const issues: Issue[] = [];
  const found = readSlot('source', slot, sources, ['rules', 'from'], issues);
  if (found === null) throw new DocumentError(issues);
  return found.definition.open(found.options, { at });
}
