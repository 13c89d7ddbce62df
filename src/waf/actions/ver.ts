import { defineFact } from '../action.ts';

export default defineFact({
  name: 'ver',
  says: 'The version of the rule set that the rule belongs to.',
  argument: 'required',
  examples: [{ text: "ver:'OWASP_CRS/4.0.0'" }],
  note(facts, argument) {
    facts.version = argument;
  },
});
