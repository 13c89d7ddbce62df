import { defineFact } from '../action.ts';
import { wholeWithin } from '../number-argument.ts';
import type { SourcePlace } from '../rule-error.ts';

export default defineFact({
  name: 'maturity',
  says: 'How well tried the rule is, 1 to 9; for readers only.',
  argument: 'required',
  examples: [{ text: 'maturity:9' }, { text: 'maturity:0', refused: true }],
  note(_facts: unknown, argument: string, place: SourcePlace) {
    wholeWithin(argument, 1, 9, place);
  },
});
