// Written by scripts/gen.ts from the pages in this folder.
import page0 from './include.ts';
import page1 from './sec-action.ts';
import page2 from './sec-component-signature.ts';
import page3 from './sec-default-action.ts';
import page4 from './sec-marker.ts';
import page5 from './sec-rule-remove.ts';
import page6 from './sec-rule-update-action.ts';
import page7 from './sec-rule-update-target.ts';
import page8 from './sec-rule.ts';
import page9 from './sec-unicode-map-file.ts';
import page10 from './settings.ts';

export const all = [page0, page1, page2, page3, page4, page5, page6, page7, page8, page9, page10] as const;
