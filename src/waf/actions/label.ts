import { defineEffect } from '../action.ts';
import { RuleError } from '../rule-error.ts';

export default defineEffect<string>({
  name: 'label',
  says: 'Leaves a label that later rules can ask for: words with colons between them.',
  argument: 'required',
  examples: [{ text: 'label:shop:bot:verified' }, { text: 'label:no blanks', refused: true }],
  read(argument, place) {
    if (!/^[A-Za-z0-9_-]+(?::[A-Za-z0-9_-]+)*$/.test(argument)) {
      throw new RuleError(`\`${argument}\` is no label`, {
        place,
        hint: 'letters, digits, - and _, with colons between words',
      });
    }
    return argument;
  },
  run(label, transaction) {
    transaction.labels.add(label);
  },
});
