import type { Selection } from '../../config/cache.ts';
import type { Path, Said } from './said.ts';

/** Most names of one kind in a policy, and most characters of all names in one. */
const mostNames = 10;
const mostCharacters = 1024;

/** A list that a policy can hold: no wildcards, at most ten. */
export function namesFit(names: readonly string[], path: Path, said: Said): void {
  const wild = names.find((name) => /[*?]/.test(name));
  if (wild !== undefined)
    said.wrong(path, `a policy of CloudFront takes no wildcard: write the names that "${wild}" stands for, or "all"`);
  if (names.length > mostNames)
    said.wrong(
      path,
      `${names.length} names, and a policy of CloudFront holds ${mostNames}: write "all", \`except\`, or fewer`,
    );
}

export function charactersFit(names: readonly string[], path: Path, said: Said): void {
  const characters = names.reduce((all, name) => all + name.length, 0);
  if (characters > mostCharacters)
    said.wrong(
      path,
      `its names have ${characters} characters together, and a policy of CloudFront holds ${mostCharacters}: name fewer`,
    );
}

export const listed = (selection: Selection): readonly string[] =>
  typeof selection === 'string' ? [] : 'only' in selection ? selection.only : selection.except;

/** An empty list says the same as a word, and CloudFront takes the word alone. */
export function plain(selection: Selection): Selection {
  if (typeof selection === 'string' || listed(selection).length > 0) return selection;
  return 'only' in selection ? 'none' : 'all';
}

/** Does it take this name, as it is written or in any case? */
export function takes(selection: Selection, name: string, ignoreCase = false): boolean {
  if (typeof selection === 'string') return selection === 'all';
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  return listed(selection).some((each) => fold(each) === fold(name)) === 'only' in selection;
}

/** The selection that takes this name as well. */
export function withName(selection: Selection, name: string): Selection {
  if (takes(selection, name)) return selection;
  if (selection === 'none') return { only: [name] };
  if (typeof selection === 'string') return selection;
  return 'only' in selection
    ? { only: [...selection.only, name] }
    : plain({ except: selection.except.filter((each) => each !== name) });
}
