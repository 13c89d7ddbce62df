// Written by scripts/gen.ts from the pages in this folder.
import page0 from './header-check.ts';
import page1 from './ip-set.ts';
import page2 from './method-and-path.ts';
import page3 from './size-limits.ts';
import page4 from './user-agent.ts';

export const all = [page0, page1, page2, page3, page4] as const;
