import { defineFact } from '../action.ts';

export default defineFact({
  name: 'rev',
  says: 'The revision of the rule.',
  argument: 'required',
  examples: [{ text: "rev:'2'" }],
  note(facts, argument) {
    facts.revision = argument;
  },
});
