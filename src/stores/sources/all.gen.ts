// Written by scripts/gen.ts from the pages in this folder.
import page0 from './dynamodb.ts';
import page1 from './file.ts';
import page2 from './s3.ts';
import page3 from './ssm.ts';

export const all = [page0, page1, page2, page3] as const;
