import { defineFact } from '../action.ts';

export default defineFact({
  name: 'drop',
  says: 'Cuts the connection without an answer.',
  argument: 'none',
  starterOnly: true,
  examples: [{ text: 'drop' }],
  note(facts) {
    facts.disruption = { kind: 'drop' };
  },
});
