import { defineFact } from '../action.ts';

export default defineFact({
  name: 'capture',
  says: 'Remembers what the operator captured as TX:0 to TX:9.',
  argument: 'none',
  examples: [{ text: 'capture' }],
  note(facts) {
    facts.capture = true;
  },
});
