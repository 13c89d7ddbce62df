import { defineFact } from '../action.ts';

export default defineFact({
  name: 'nolog',
  says: 'A match is no finding: the rule only steers.',
  argument: 'none',
  examples: [{ text: 'nolog' }],
  note(facts) {
    facts.log = false;
    facts.auditLog = false;
  },
});
