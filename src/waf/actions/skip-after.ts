import { defineFact } from '../action.ts';

export default defineFact({
  name: 'skipAfter',
  says: 'Goes on after the marker or rule of that name when this one matched.',
  argument: 'required',
  examples: [{ text: 'skipAfter:END-CHECKS' }],
  note(facts, argument) {
    facts.skipAfter = argument;
  },
});
