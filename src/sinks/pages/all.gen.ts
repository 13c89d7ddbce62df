// Written by scripts/gen.ts from the pages in this folder.
import page0 from './file.ts';
import page1 from './stdout.ts';

export const all = [page0, page1] as const;
