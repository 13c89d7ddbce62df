import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A block of code in a page, fenced or not named at all (`''`). */
export interface Block {
  readonly page: string;
  /** Line of the fence. */
  readonly line: number;
  readonly kind: string;
  readonly text: string;
}

const inFolder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'cdk.out'].includes(entry.name) ? [] : inFolder(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });

/** Every page that a reader may follow. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  ...inFolder('docs'),
  ...inFolder('examples'),
];

export const textOf = (page: string): string => readFileSync(page, 'utf8');

export const blocks: readonly Block[] = pages.flatMap((page) => {
  const text = textOf(page);
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map((found) => ({
    page,
    line: text.slice(0, found.index).split('\n').length,
    kind: found[1] ?? '',
    text: found[2] ?? '',
  }));
});

/** For a table of tests: a title that leads to the place, and the block. */
export const titled = (list: readonly Block[]): (readonly [title: string, block: Block])[] =>
  list.map((block) => [`${block.page}:${block.line}`, block]);
