import { defineFact } from '../action.ts';

export default defineFact({
  name: 'tag',
  says: 'A word to find the rule by; may stand more than once.',
  argument: 'required',
  examples: [{ text: "tag:'attack-sqli'" }],
  note(facts, argument) {
    facts.tags.push(argument);
  },
});
