// Written by scripts/gen.ts from the pages in this folder.
import page0 from './maintenance.ts';
import page1 from './redirect.ts';
import page2 from './rewrite.ts';

export const all = [page0, page1, page2] as const;
