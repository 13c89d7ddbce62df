import { defineFact } from '../action.ts';
import { RuleError } from '../rule-error.ts';

export default defineFact({
  name: 'allow',
  says: 'Asks no more rules: at all, in this phase (`allow:phase`), or until the response (`allow:request`).',
  argument: 'optional',
  starterOnly: true,
  examples: [{ text: 'allow' }, { text: 'allow:phase' }, { text: 'allow:page', refused: true }],
  note(facts, argument, place) {
    const scope = argument === '' ? 'all' : argument.toLowerCase();
    if (scope !== 'all' && scope !== 'phase' && scope !== 'request') {
      throw new RuleError(`\`allow:${argument}\` says nothing`, {
        place,
        hint: 'write allow, allow:phase or allow:request',
      });
    }
    facts.disruption = { kind: 'allow', scope };
  },
});
