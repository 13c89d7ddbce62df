import type { Document } from '../../config/document.ts';
import type { Said } from './said.ts';

/** Behaviours of a distribution, its default among them. */
const mostBehaviours = 75;

const bare = (path: string): string => path.replace(/^\//, '');

/** Which behaviour is the distribution's default, and which come before it; -1: none takes all paths. */
export function ordered(
  edge: NonNullable<Document['edge']>,
  said: Said,
): { readonly first: readonly number[]; readonly last: number } {
  const paths = edge.behaviours.map(({ path }) => bare(path));
  const last = paths.indexOf('*');
  for (const [at, path] of paths.entries()) {
    const same = paths.indexOf(path);
    if (last >= 0 && at > last)
      said.wrong(
        ['edge', 'behaviours', at],
        `nothing comes here: edge.behaviours[${last}] takes every path, so put it last`,
      );
    else if (same < at)
      said.wrong(['edge', 'behaviours', at, 'path'], `edge.behaviours[${same}] has this path: leave one of them out`);
  }
  const count = paths.length + (last < 0 ? 1 : 0);
  if (count > mostBehaviours)
    said.wrong(
      ['edge', 'behaviours'],
      `${count} behaviours${last < 0 ? ', the refusal of all other paths among them' : ''}, and a distribution has ${mostBehaviours}: write fewer`,
    );
  return { first: paths.map((_, at) => at).filter((at) => at !== last), last };
}
