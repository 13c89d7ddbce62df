/**
 * Where lists start that stand one behind the other in one array: by blocks of lists, and within its block. Such numbers
 * pack a tenth as large as plain ones, and are used as they lie.
 */
export interface Starts {
  readonly blocks: Uint32Array;
  readonly within: Uint16Array;
}

const block = 4;

/** `starts` has one more than there are lists: where the last one ends. */
export function inBlocks(starts: readonly number[]): Starts {
  const blocks = Uint32Array.from({ length: (starts.length >>> block) + 1 }, (_, at) => starts[at << block] ?? 0);
  return { blocks, within: Uint16Array.from(starts, (start, at) => start - blocks[at >>> block]!) };
}

export function startOf({ blocks, within }: Starts, list: number): number {
  return blocks[list >>> block]! + within[list]!;
}
