import { noFacts } from '../../../action.ts';
import { RuleError } from '../../../rule-error.ts';
import { note, parseActions } from '../action-list.ts';
import { defineDirective } from '../directive.ts';

export default defineDirective({
  name: 'SecDefaultAction',
  says: 'What rules of a phase do when they do not say it, and what `block` means there. Counts for the rules that follow.',
  words: [1, 1],
  examples: [
    { text: 'SecDefaultAction "phase:2,log,auditlog,deny,status:403"' },
    { text: 'SecDefaultAction "log,pass"', refused: true },
    { text: 'SecDefaultAction "phase:2,block"', refused: true },
  ],
  read([text = ''], draft, place) {
    const actions = parseActions(text, place);
    const facts = noFacts();
    note(facts, actions);
    if (facts.phase === null) throw new RuleError('a default action needs a phase', { place, hint: 'add phase:2' });
    if (facts.disruption === null || facts.disruption === 'block') {
      throw new RuleError('a default action says what to do with a match', {
        place,
        hint: 'add pass, deny, drop or redirect',
      });
    }
    if (facts.id !== null || facts.chain) throw new RuleError('a default action has no id and no chain', { place });
    draft.defaults.set(facts.phase, actions);
  },
});
