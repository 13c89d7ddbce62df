import { defineFact } from '../action.ts';

export default defineFact({
  name: 'noauditlog',
  says: 'A match does not belong into the audit log.',
  argument: 'none',
  examples: [{ text: 'noauditlog' }],
  note(facts) {
    facts.auditLog = false;
  },
});
