// Written by scripts/gen.ts from the pages in this folder.
import page0 from './access-log.ts';
import page1 from './file.ts';
import page2 from './stdout.ts';

export const all = [page0, page1, page2] as const;
