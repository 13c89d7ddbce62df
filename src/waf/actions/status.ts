import { defineFact } from '../action.ts';
import { wholeWithin } from '../number-argument.ts';

export default defineFact({
  name: 'status',
  says: 'The status of a refusal or redirection.',
  argument: 'required',
  examples: [{ text: 'status:429' }, { text: 'status:99', refused: true }],
  note(facts, argument, place) {
    facts.status = wholeWithin(argument, 100, 599, place);
  },
});
