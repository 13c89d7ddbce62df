// Written by scripts/gen.ts from the pages in this folder.
import page0 from './json.ts';
import page1 from './urlencoded.ts';

export const all = [page0, page1] as const;
