import { noFacts } from '../../action.ts';
import type { Condition, Exclusion, MatchCondition, Target } from '../../condition.ts';
import type { Link, Phase, Rule } from '../../rule.ts';
import { RuleError, type SourcePlace } from '../../rule-error.ts';
import { transformNamed } from '../../transform-table.ts';
import { effects, isFact, note, type WrittenAction } from './action-list.ts';
import type { WrittenOperator } from './operator.ts';

/** One `SecRule` or `SecAction` as it was read; later directives may still change it. */
export interface LinkDraft {
  readonly place: SourcePlace;
  /** Null for `SecAction`. */
  readonly test: { targets: Target[]; exclusions: Exclusion[]; readonly operator: WrittenOperator } | null;
  actions: WrittenAction[];
}

export interface RuleDraft {
  readonly kind: 'rule';
  readonly links: LinkDraft[];
  /** What `SecDefaultAction` said for each phase when the rule was read. */
  readonly defaults: ReadonlyMap<Phase, readonly WrittenAction[]>;
}

export const chains = (link: LinkDraft): boolean => link.actions.some((action) => action.page.name === 'chain');

function build(
  link: LinkDraft,
  defaults: readonly WrittenAction[],
  starter: boolean,
): { link: Link; facts: ReturnType<typeof noFacts> } {
  const facts = noFacts();
  // A later link takes over transformations only: the rest of the defaults is about the rule as a whole.
  note(facts, starter ? defaults : defaults.filter((action) => action.page.name === 't'));
  facts.id = null;
  facts.phase = null;
  if (!starter) {
    const wrong = link.actions.find((action) => isFact(action) && action.page.starterOnly);
    if (wrong) {
      throw new RuleError(`\`${wrong.page.name}\` stands in a later link of a chain`, {
        place: wrong.place,
        hint: 'move it to the first rule of the chain',
      });
    }
  }
  note(facts, link.actions);
  const transforms = facts.transforms
    .map((name) => transformNamed(name, link.place).name)
    .filter((name) => name !== 'none');
  const condition: Condition =
    link.test === null
      ? { kind: 'always' }
      : ({
          kind: 'match',
          place: link.place,
          targets: link.test.targets,
          exclusions: link.test.exclusions,
          transforms,
          multiMatch: facts.multiMatch,
          ...link.test.operator,
        } satisfies MatchCondition);
  const all = [...(starter ? effects(defaults) : []), ...effects(link.actions)];
  return { facts, link: { place: link.place, condition, capture: facts.capture, effects: all, tags: facts.tags } };
}

/** Turns what was read into a rule of the tree. */
export function finishRule(draft: RuleDraft): Rule {
  const first = draft.links[0] as LinkDraft;
  const { place } = first;
  const own = noFacts();
  note(own, first.actions);
  const phase = own.phase ?? 2;
  const defaults = draft.defaults.get(phase) ?? [];
  const fallback = noFacts();
  note(fallback, defaults);
  const standard = fallback.disruption === 'block' ? null : fallback.disruption;
  const built = draft.links.map((link, at) => build(link, defaults, at === 0));
  const { facts } = built[0] as (typeof built)[0];
  if (facts.id === null) throw new RuleError('the rule has no id', { place, hint: 'add id:NUMBER' });
  const tail = built.slice(1).map((part) => part.facts);
  return {
    kind: 'rule',
    id: facts.id,
    place,
    phase,
    links: built.map((part) => part.link) as unknown as Rule['links'],
    disruption:
      facts.disruption === 'block' || facts.disruption === null ? (standard ?? { kind: 'pass' }) : facts.disruption,
    status: facts.status,
    log: facts.log,
    auditLog: facts.auditLog,
    message: facts.message ?? tail.findLast((part) => part.message !== null)?.message ?? null,
    logData: tail.findLast((part) => part.logData !== null)?.logData ?? facts.logData,
    severity: facts.severity ?? tail.findLast((part) => part.severity !== null)?.severity ?? null,
    tags: facts.tags,
    version: facts.version,
    revision: facts.revision,
    skip: facts.skip,
    skipAfter: facts.skipAfter ?? tail.findLast((part) => part.skipAfter !== null)?.skipAfter ?? null,
  };
}
