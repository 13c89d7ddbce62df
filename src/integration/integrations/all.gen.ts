// Written by scripts/gen.ts from the pages in this folder.
import page0 from './mock.ts';

export const all = [page0] as const;
