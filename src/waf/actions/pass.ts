import { defineFact } from '../action.ts';

export default defineFact({
  name: 'pass',
  says: 'Goes on: the match is noted and nothing is refused.',
  argument: 'none',
  starterOnly: true,
  examples: [{ text: 'pass' }],
  note(facts) {
    facts.disruption = { kind: 'pass' };
  },
});
