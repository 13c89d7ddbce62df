import { rulesOf, type Rule, type RuleSet } from '../waf/rule.ts';
import type { Mount } from '../waf/mounts.ts';

/** What a rule of the firewall has to see: the head of a request, its body, either of them, or the answer. */
type Sight = 'head' | 'body' | 'either' | 'answer';

/** Fields that are empty where no body is shown. */
const ofBodies =
  /^(?:ARGS_POST(?:_NAMES)?|FILES(?:_.*)?|MULTIPART_.*|REQBODY_.*|REQUEST_BODY(?:_LENGTH)?|FULL_REQUEST(?:_LENGTH)?|URLENCODED_ERROR|INBOUND_DATA_ERROR|JSON|XML)$/;
/** Fields that have something from the query as well as from a body. */
const ofEither = /^ARGS(?:_NAMES|_COMBINED_SIZE)?$/;
const ofAnswers = /^(?:RESPONSE_.*|OUTBOUND_DATA_ERROR)$/;

/** How far the rules of one file run at a mount. */
export interface FirewallFile {
  readonly file: string;
  readonly rules: number;
  /** See all that they have to. */
  readonly whole: number;
  /** See the query, not the body. */
  readonly partly: number;
  /** See nothing of what they judge. */
  readonly none: number;
}

export interface FirewallPlan {
  readonly mount: Mount;
  readonly files: readonly FirewallFile[];
  /** What is lost at this mount; null where nothing is. */
  readonly error: string | null;
}

/** The mount of a firewall is the one that sees most: an engine cannot be cut in pieces that add up one score. */
const seen: Readonly<Partial<Record<Mount, ReadonlySet<Sight>>>> = {
  authorizer: new Set<Sight>(['head']),
  'edge-viewer': new Set<Sight>(['head', 'body', 'either']),
  function: new Set<Sight>(['head', 'body', 'either', 'answer']),
};

/** How the rules in SecLang run behind a front with these mounts, file by file. */
export function firewallPlan(set: RuleSet, mounts: readonly Mount[]): FirewallPlan {
  const mount = mounts.findLast((each) => each in seen) ?? 'function';
  const sees = seen[mount] as ReadonlySet<Sight>;
  const files = new Map<string, { whole: number; partly: number; none: number }>();
  for (const rule of rulesOf(set)) {
    const name = rule.place.file.slice(rule.place.file.lastIndexOf('/') + 1);
    const counts = files.get(name) ?? { whole: 0, partly: 0, none: 0 };
    files.set(name, counts);
    const sight = sightOf(rule);
    if (sees.has(sight)) counts.whole++;
    else if (sight === 'either') counts.partly++;
    else counts.none++;
  }
  const list = [...files].map(([file, counts]) => ({
    file,
    rules: counts.whole + counts.partly + counts.none,
    ...counts,
  }));
  const sum = (pick: (each: FirewallFile) => number): number => list.reduce((all, each) => all + pick(each), 0);
  const [partly, none] = [sum((each) => each.partly), sum((each) => each.none)];
  const error =
    partly + none === 0
      ? null
      : `the firewall: ${partly} rules would see queries but no bodies, and ${none} nothing of what they judge. Instead: put the whole line into the path (httpApi, restApi, alb), or wrap the handler with protect()`;
  return { mount, files: list, error };
}

function sightOf(rule: Rule): Sight {
  const fields = rule.links.flatMap(({ condition }) =>
    condition.kind === 'match' ? condition.targets.map(({ field }) => field) : [],
  );
  if (rule.phase === 3 || rule.phase === 4 || fields.some((field) => ofAnswers.test(field))) return 'answer';
  const judged = fields.filter((field) => !/^(?:TX|MATCHED_.*)$/.test(field));
  if (judged.some((field) => ofEither.test(field))) return 'either';
  if (!judged.some((field) => ofBodies.test(field))) return 'head';
  return judged.every((field) => ofBodies.test(field)) ? 'body' : 'either';
}
