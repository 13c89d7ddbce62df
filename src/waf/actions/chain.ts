import { defineFact } from '../action.ts';

export default defineFact({
  name: 'chain',
  says: 'The next rule is the next step of this one: all of them must match.',
  argument: 'none',
  examples: [{ text: 'chain' }],
  note(facts) {
    facts.chain = true;
  },
});
