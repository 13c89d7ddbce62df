// Written by scripts/gen.ts from the pages in this folder.
import page0 from './header-check.ts';
import page1 from './hmac-signature.ts';
import page2 from './ip-set.ts';
import page3 from './method-and-path.ts';
import page4 from './size-limits.ts';
import page5 from './user-agent.ts';

export const all = [page0, page1, page2, page3, page4, page5] as const;
