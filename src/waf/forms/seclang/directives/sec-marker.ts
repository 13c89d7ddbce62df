import { defineDirective } from '../directive.ts';

export default defineDirective({
  name: 'SecMarker',
  says: 'A place that `skipAfter` jumps to.',
  words: [1, 1],
  examples: [{ text: 'SecMarker "END-CHECKS"' }, { text: 'SecMarker', refused: true }],
  read([name = ''], draft, place) {
    draft.mark(name, place);
  },
});
