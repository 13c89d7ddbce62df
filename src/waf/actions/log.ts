import { defineFact } from '../action.ts';

export default defineFact({
  name: 'log',
  says: 'A match is a finding.',
  argument: 'none',
  examples: [{ text: 'log' }],
  note(facts) {
    facts.log = true;
    facts.auditLog = true;
  },
});
