// Written by scripts/gen.ts from the pages in this folder.
import page0 from './json.ts';
import page1 from './multipart.ts';
import page2 from './urlencoded.ts';
import page3 from './xml.ts';

export const all = [page0, page1, page2, page3] as const;
