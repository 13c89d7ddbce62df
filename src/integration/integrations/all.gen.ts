// Written by scripts/gen.ts from the pages in this folder.
import page0 from './files.ts';
import page1 from './function-http.ts';
import page2 from './function-rest.ts';
import page3 from './mock.ts';
import page4 from './redirect.ts';

export const all = [page0, page1, page2, page3, page4] as const;
