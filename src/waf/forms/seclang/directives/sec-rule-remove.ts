import { idSelector, type RuleSelector } from '../../../exclusions.ts';
import type { SourcePlace } from '../../../rule-error.ts';
import { defineDirective, type DirectiveDefinition } from '../directive.ts';

const remove = (
  name: string,
  says: string,
  examples: DirectiveDefinition['examples'],
  select: (text: string, place: SourcePlace) => RuleSelector,
): DirectiveDefinition =>
  defineDirective({
    name,
    says,
    words: [1, 100],
    examples,
    read(words, draft, place) {
      for (const word of words) draft.remove(draft.rules(select(word, place), place, `${name} ${word}`));
    },
  });

export default [
  remove(
    'SecRuleRemoveById',
    'Takes rules out that were read before, by number or range.',
    [{ text: 'SecRuleRemoveById 942100 "942200-942299"' }, { text: 'SecRuleRemoveById sqli', refused: true }],
    idSelector,
  ),
  remove(
    'SecRuleRemoveByTag',
    'Takes rules out that were read before and have a tag in which this pattern is found.',
    [{ text: 'SecRuleRemoveByTag "attack-sqli"' }, { text: 'SecRuleRemoveByTag "("', refused: true }],
    (source) => ({ by: 'tag', source }),
  ),
  remove(
    'SecRuleRemoveByMsg',
    'Takes rules out that were read before and in whose message this pattern is found.',
    [{ text: 'SecRuleRemoveByMsg "SQL Injection"' }, { text: 'SecRuleRemoveByMsg "("', refused: true }],
    (source) => ({ by: 'message', source }),
  ),
] as const;
