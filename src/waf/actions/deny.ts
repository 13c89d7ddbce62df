import { defineFact } from '../action.ts';

export default defineFact({
  name: 'deny',
  says: 'Refuses with a status, 403 if none is given.',
  argument: 'none',
  starterOnly: true,
  examples: [{ text: 'deny' }],
  note(facts) {
    facts.disruption = { kind: 'deny' };
  },
});
