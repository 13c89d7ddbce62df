// Written by scripts/gen.ts from the pages in this folder.
import page0 from './args.ts';
import page1 from './body-processor.ts';
import page2 from './connection.ts';
import page3 from './cookies.ts';
import page4 from './files.ts';
import page5 from './headers.ts';
import page6 from './matched.ts';
import page7 from './multipart.ts';
import page8 from './request-body.ts';
import page9 from './request-line.ts';
import page10 from './response.ts';
import page11 from './time.ts';
import page12 from './transaction.ts';
import page13 from './variables.ts';
import page14 from './xml.ts';

export const all = [page0, page1, page2, page3, page4, page5, page6, page7, page8, page9, page10, page11, page12, page13, page14] as const;
