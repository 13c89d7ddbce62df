import { defineFact } from '../action.ts';
import { wholeWithin } from '../number-argument.ts';
import type { SourcePlace } from '../rule-error.ts';

export default defineFact({
  name: 'accuracy',
  says: 'How sure the rule is, 1 to 9; for readers only.',
  argument: 'required',
  examples: [{ text: 'accuracy:8' }, { text: 'accuracy:x', refused: true }],
  note(_facts: unknown, argument: string, place: SourcePlace) {
    wholeWithin(argument, 1, 9, place);
  },
});
