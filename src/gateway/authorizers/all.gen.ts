// Written by scripts/gen.ts from the pages in this folder.
import page0 from './cognito.ts';
import page1 from './iam.ts';
import page2 from './jwt.ts';
import page3 from './lambda.ts';

export const all = [page0, page1, page2, page3] as const;
