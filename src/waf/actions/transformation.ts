import { defineFact } from '../action.ts';

export default defineFact({
  name: 't',
  says: 'A transformation before the comparison; `t:none` forgets the ones before it.',
  argument: 'required',
  examples: [{ text: 't:lowercase' }, { text: 't:none' }],
  note(facts, argument) {
    if (argument.toLowerCase() === 'none') facts.transforms = [];
    else facts.transforms.push(argument);
  },
});
