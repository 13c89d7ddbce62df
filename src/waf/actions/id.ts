import { defineFact } from '../action.ts';
import { RuleError } from '../rule-error.ts';

export default defineFact({
  name: 'id',
  says: 'The rule’s number; no two rules may share one.',
  argument: 'required',
  starterOnly: true,
  examples: [{ text: 'id:942100' }, { text: 'id:abc', refused: true }],
  note(facts, argument, place) {
    if (!/^\d{1,18}$/.test(argument))
      throw new RuleError(`\`${argument}\` is no rule id`, { place, hint: 'ids are whole numbers' });
    facts.id = String(Number(argument));
  },
});
