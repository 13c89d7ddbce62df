import { parseActions } from '../action-list.ts';
import { defineDirective } from '../directive.ts';

export default defineDirective({
  name: 'SecAction',
  says: 'A rule without a comparison: it always matches.',
  words: [1, 1],
  examples: [
    { text: 'SecAction "id:1,phase:1,pass,nolog,setvar:tx.a=1"' },
    { text: 'SecAction "id:x"', refused: true },
  ],
  read([actions = ''], draft, place) {
    draft.add({ place, test: null, actions: parseActions(actions, place) });
  },
});
