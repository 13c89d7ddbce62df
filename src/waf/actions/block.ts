import { defineFact } from '../action.ts';

export default defineFact({
  name: 'block',
  says: 'Does what `SecDefaultAction` says for this phase.',
  argument: 'none',
  starterOnly: true,
  examples: [{ text: 'block' }],
  note(facts) {
    facts.disruption = 'block';
  },
});
