import { spell } from '../../../condition.ts';
import { idSelector, type RuleSelector } from '../../../exclusions.ts';
import type { SourcePlace } from '../../../rule-error.ts';
import { parseTargets } from '../../../target.ts';
import { defineDirective, type DirectiveDefinition } from '../directive.ts';

const update = (
  name: string,
  says: string,
  examples: DirectiveDefinition['examples'],
  select: (text: string, place: SourcePlace) => RuleSelector,
): DirectiveDefinition =>
  defineDirective({
    name,
    says: `${says} With a third word, that target is replaced.`,
    words: [2, 3],
    examples,
    read([which = '', text = '', replaced], draft, place) {
      const { targets, exclusions } = parseTargets(text, place);
      const gone = replaced === undefined ? [] : parseTargets(replaced, place).targets.map(spell);
      for (const rule of draft.rules(select(which, place), place, `${name} ${which}`)) {
        const test = rule.links[0]?.test;
        if (!test) continue;
        test.targets = test.targets.filter((target) => !gone.includes(spell(target)));
        const known = new Set(test.targets.map(spell));
        test.targets.push(...targets.filter((target) => !known.has(spell(target))));
        test.exclusions.push(...exclusions);
        draft.changed(rule);
      }
    },
  });

export default [
  update(
    'SecRuleUpdateTargetById',
    'Adds targets (`ARGS:x`) or exclusions (`!ARGS:x`) to rules that were read before, by number or range.',
    [
      { text: 'SecRuleUpdateTargetById 942100 "!ARGS:text"' },
      { text: 'SecRuleUpdateTargetById 942100 "!ARGZ:text"', refused: true },
    ],
    idSelector,
  ),
  update(
    'SecRuleUpdateTargetByTag',
    'Adds targets or exclusions to rules that were read before, by a pattern found in a tag.',
    [
      { text: 'SecRuleUpdateTargetByTag attack-sqli "!ARGS:text"' },
      { text: 'SecRuleUpdateTargetByTag attack-sqli', refused: true },
    ],
    (source) => ({ by: 'tag', source }),
  ),
  update(
    'SecRuleUpdateTargetByMsg',
    'Adds targets or exclusions to rules that were read before, by a pattern found in the message.',
    [
      { text: 'SecRuleUpdateTargetByMsg "SQL Injection" "!ARGS:text"' },
      { text: 'SecRuleUpdateTargetByMsg "SQL"', refused: true },
    ],
    (source) => ({ by: 'message', source }),
  ),
] as const;
