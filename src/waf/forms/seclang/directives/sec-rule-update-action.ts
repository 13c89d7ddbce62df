import { idSelector } from '../../../exclusions.ts';
import { RuleError } from '../../../rule-error.ts';
import { parseActions } from '../action-list.ts';
import { defineDirective } from '../directive.ts';

export default defineDirective({
  name: 'SecRuleUpdateActionById',
  says: 'Says more, or something else, about rules that were read before. `ID:1` means the second link of a chain.',
  words: [2, 2],
  examples: [
    { text: 'SecRuleUpdateActionById 942100 "deny,status:429"' },
    { text: 'SecRuleUpdateActionById 942100 "id:5"', refused: true },
  ],
  read([which = '', text = ''], draft, place) {
    const found = /^(.*?)(?::(\d+))?$/.exec(which);
    const link = Number(found?.[2] ?? 0);
    const actions = parseActions(text, place);
    const fixed = actions.find(({ page }) => ['id', 'phase', 'chain'].includes(page.name));
    if (fixed) throw new RuleError(`\`${fixed.page.name}\` cannot be changed`, { place });
    for (const rule of draft.rules(idSelector(found?.[1] ?? '', place), place, `SecRuleUpdateActionById ${which}`)) {
      const drafted = rule.links[link];
      if (!drafted) throw new RuleError(`the chain has no link ${link}`, { place });
      drafted.actions = [...drafted.actions, ...actions];
      draft.changed(rule);
    }
  },
});
