// Written by scripts/gen.ts from the pages in this folder.
import page0 from './dynamodb.ts';
import page1 from './memory.ts';
import page2 from './redis.ts';
import page3 from './sqlite.ts';

export const all = [page0, page1, page2, page3] as const;
