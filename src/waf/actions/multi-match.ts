import { defineFact } from '../action.ts';

export default defineFact({
  name: 'multiMatch',
  says: 'Compares after every transformation that changed something, not only after the last.',
  argument: 'none',
  examples: [{ text: 'multiMatch' }],
  note(facts) {
    facts.multiMatch = true;
  },
});
