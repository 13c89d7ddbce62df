import { parseTargets } from '../../../target.ts';
import { RuleError } from '../../../rule-error.ts';
import { parseActions } from '../action-list.ts';
import { defineDirective } from '../directive.ts';
import { geoLookup, parseOperator } from '../operator.ts';

export default defineDirective({
  name: 'SecRule',
  says: 'A rule: what to read, how to compare it, what to do.',
  words: [2, 3],
  examples: [
    { text: 'SecRule ARGS|!ARGS:text "@contains union" "id:1,phase:2,deny,t:lowercase"' },
    { text: 'SecRule ARGZ "@contains union" "id:1"', refused: true },
    { text: 'SecRule ARGS "@contain union" "id:1"', refused: true },
    { text: 'SecRule ARGS "@contains union" "id:1,denny"', refused: true },
  ],
  read([variables = '', operator = '', actions = ''], draft, place) {
    const { targets, exclusions } = parseTargets(variables, place);
    if (targets.length === 0)
      throw new RuleError('the rule reads nothing', { place, hint: 'name a field that is not excluded' });
    const list = parseActions(actions, place);
    const known = geoLookup(operator);
    if (known !== null) {
      draft.add({ place, test: known, actions: list });
      return;
    }
    draft.add({
      place,
      test: { targets: [...targets], exclusions: [...exclusions], operator: parseOperator(operator, place) },
      actions: list,
    });
  },
});
