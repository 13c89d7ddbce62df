import { RuleError, type SourcePlace } from '../../../rule-error.ts';
import { defineDirective } from '../directive.ts';
import type { Draft } from '../draft.ts';
import { beside } from '../../../rule-path.ts';

function include(path: string, draft: Draft, place: SourcePlace, optional: boolean): void {
  if (draft.files === null)
    throw new RuleError('no files can be read here', { place, hint: 'hand `files` to the reader' });
  const full = beside(place.file, path);
  const globbed = /[*?[]/.test(full);
  const found = globbed ? draft.files.list(full) : [full];
  if (found.length === 0 && !optional) throw new RuleError(`\`${path}\` stands for no file`, { place });
  for (const file of found) {
    if (draft.reading.includes(file)) throw new RuleError(`\`${file}\` includes itself`, { place });
    if (optional && !globbed && draft.files.read(file) === null) continue;
    draft.include(file, place);
  }
}

export default [
  defineDirective({
    name: 'Include',
    says: 'Reads another file here, or all that a pattern with `*` stands for, in alphabetical order.',
    words: [1, 1],
    examples: [{ text: 'Include', refused: true }],
    read: ([path = ''], draft, place) => include(path, draft, place, false),
  }),
  defineDirective({
    name: 'IncludeOptional',
    says: 'Reads another file here when there is one.',
    words: [1, 1],
    examples: [{ text: 'IncludeOptional', refused: true }],
    read: ([path = ''], draft, place) => include(path, draft, place, true),
  }),
] as const;
