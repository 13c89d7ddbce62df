// Written by scripts/gen.ts from the pages in this folder.
import page0 from './cache-control.ts';
import page1 from './remove-header.ts';
import page2 from './set-header.ts';

export const all = [page0, page1, page2] as const;
