import { defineFact } from '../action.ts';
import { wholeWithin } from '../number-argument.ts';

export default defineFact({
  name: 'skip',
  says: 'Steps over so many rules when this one matched.',
  argument: 'required',
  examples: [{ text: 'skip:2' }, { text: 'skip:0', refused: true }],
  note(facts, argument, place) {
    facts.skip = wholeWithin(argument, 1, 100_000, place);
  },
});
