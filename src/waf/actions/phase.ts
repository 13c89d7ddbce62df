import { defineFact } from '../action.ts';
import type { Phase } from '../rule.ts';
import { RuleError } from '../rule-error.ts';

export default defineFact({
  name: 'phase',
  says: 'When the rule runs: 1 or request head, 2 or request body, 3 response head, 4 response body, 5 after the answer.',
  argument: 'required',
  starterOnly: true,
  examples: [{ text: 'phase:2' }, { text: 'phase:request' }, { text: 'phase:6', refused: true }],
  note(facts, argument, place) {
    const words: Readonly<Record<string, Phase>> = {
      1: 1,
      2: 2,
      3: 3,
      4: 4,
      5: 5,
      request: 2,
      response: 4,
      logging: 5,
    };
    const phase = words[argument.toLowerCase()];
    if (phase === undefined)
      throw new RuleError(`there is no phase \`${argument}\``, {
        place,
        hint: 'phases are 1 to 5, request, response and logging',
      });
    facts.phase = phase;
  },
});
