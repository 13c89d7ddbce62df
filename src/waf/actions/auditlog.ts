import { defineFact } from '../action.ts';

export default defineFact({
  name: 'auditlog',
  says: 'A match belongs into the audit log.',
  argument: 'none',
  examples: [{ text: 'auditlog' }],
  note(facts) {
    facts.auditLog = true;
  },
});
