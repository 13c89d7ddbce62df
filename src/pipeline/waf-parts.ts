import { messageOf } from '../base/fault.ts';
import { pathText, type Issue } from '../config/issues.ts';
import type { WafDocument } from '../config/waf.ts';
import type { Exchange } from '../flow/exchange.ts';
import { targetFact, tenantFact } from '../flow/shared-facts.ts';
import type { Ports } from '../ports/ports.ts';
import { overlay, type Overlay } from '../waf/overlay.ts';
import { RuleError } from '../waf/rule-error.ts';
import type { Guard, WafStageOptions } from '../waf/stage.ts';
import { secretParameters } from './secret-names.ts';
import { openWafAsset } from './waf-asset.ts';
import { none, noWaf, ownWords, type ReadWaf, type Word } from './waf-words.ts';
import { exclusionOf, openRules, readRules, type LoadedWaf, type WafLevels } from './waf-load.ts';

/** A rule's error as the document's issue: with the rule file and line, and what to write instead. */
export function ruleIssue(path: readonly PropertyKey[], error: RuleError): Issue {
  const tail = error.hint === undefined ? '' : ` (${error.hint})`;
  const found = error.message.endsWith(tail)
    ? error.message.slice(0, error.message.length - tail.length)
    : error.message;
  return { path: pathText(path), wanted: 'rules that are understood', found, hint: error.hint ?? null };
}

/** The firewall of a document that has one: every program, overlay and choice made, so that a request only picks. */
export const readWaf: ReadWaf = (document, ports, router, issues) => {
  const base = document.waf;
  if (!base) return noWaf(document, ports, router, issues);
  const own = ownWords(document, issues);
  const programs = programsOf(base, ports, issues);
  const plain = programs(base, ['waf']);
  if (plain === null) return none;
  const choices = new Choices(base, programs, issues, (says) => ports.log('warn', says));
  const stage = (guardFor: WafStageOptions['guardFor']): WafStageOptions => ({
    guardFor,
    onFault: base.onFault,
    secrets: secretParameters(document),
    plainAnswers: base.answers.plain,
  });
  // Everything is read now, so that a typing error is found when the document is loaded.
  const tenants: readonly (Word | null)[] = [null, ...own.tenants.values()];
  for (const tenant of tenants)
    for (const more of [null, ...own.routes.values(), ...own.apis.values()]) choices.of(tenant, more);
  const tenantOf = (exchange: Exchange): Word | null => {
    const name = own.tenants.size === 0 ? undefined : exchange.facts.get(tenantFact);
    return name === undefined ? null : (own.tenants.get(name) ?? null);
  };
  const routeOf = (exchange: Exchange): Word | null => {
    if (own.routes.size === 0) return null;
    const found = router.find(exchange.request.method, exchange.facts.get(targetFact)?.path ?? '/');
    return found === null ? null : (own.routes.get(found.value.name) ?? null);
  };
  return {
    routes: stage((exchange) => choices.of(tenantOf(exchange), routeOf(exchange)).guard(exchange)),
    api: (name) => stage((exchange) => choices.of(tenantOf(exchange), own.apis.get(name) ?? null).guard(exchange)),
    messages(path, says) {
      const choice = choices.of(null, says === undefined ? null : { path, says });
      if (choice === off) return null;
      const { onFault, secrets } = stage(() => null);
      return { guard: (at) => choice.guardAt(at), onFault, secrets };
    },
  };
};

type Programs = (levels: WafLevels, path: readonly PropertyKey[]) => LoadedWaf | null;

/** One program for each choice of levels, however many tenants and routes make it. */
function programsOf(base: WafDocument, ports: Ports, issues: Issue[]): Programs {
  const known = new Map<string, LoadedWaf | null>();
  return (levels, path) => {
    const { paranoia, detectionParanoia, threshold, variables } = levels;
    const key = JSON.stringify([paranoia, detectionParanoia, threshold, variables]);
    const found = known.get(key);
    if (found !== undefined) return found;
    const opened =
      (levels === base ? fromAsset(base, ports, issues) : null) ?? build(base, levels, path, ports, issues);
    known.set(key, opened);
    if (opened !== null) {
      const { versions, rules, leftOut, idle } = opened.about;
      ports.log('info', 'firewall rules were loaded', { versions: versions.join(' '), rules, leftOut });
      for (const what of idle) ports.log('warn', `an exclusion of the firewall means no rule: ${what}`);
    }
    return opened;
  };
}

function build(
  base: WafDocument,
  levels: WafLevels,
  path: readonly PropertyKey[],
  ports: Ports,
  issues: Issue[],
): LoadedWaf | null {
  const take = (error: RuleError): void => void issues.push(ruleIssue(path, error));
  const before = issues.length;
  const rules = readRules(base, levels, ports.ruleFiles, take);
  return rules === null || issues.length > before ? null : openRules(base, rules, ports.ruleFiles, ports.clock, take);
}

/** Null where there is none that fits: then the rules are read and built. */
function fromAsset(base: WafDocument, ports: Ports, issues: Issue[]): LoadedWaf | null {
  if (base.asset === undefined) return null;
  const bytes = ports.ruleFiles.bytes(base.asset);
  if (bytes === null) {
    issues.push({
      path: 'waf.asset',
      wanted: 'a file that can be read',
      found: base.asset,
      hint: `write it: sallyport waf compile --out ${base.asset}`,
    });
    return null;
  }
  let opened: LoadedWaf | string;
  try {
    opened = openWafAsset(bytes, base, base, { files: ports.ruleFiles, digest: ports.digest, clock: ports.clock });
  } catch (thrown) {
    opened = messageOf(thrown);
  }
  if (typeof opened !== 'string') return opened;
  ports.log('warn', `the firewall asset is not used: ${opened}; the rules are read and built instead`, {
    asset: base.asset,
  });
  return null;
}

interface Choice {
  guard(exchange: Exchange): Guard | null;
  /** The same for what stands at a decoded path and is no request. */
  guardAt(path: string): Guard | null;
}

const off: Choice = { guard: () => null, guardAt: () => null };

/** What holds for a tenant on a route: the document's words, then the tenant's, then the route's or API's. */
class Choices {
  readonly #base: WafDocument;
  readonly #programs: Programs;
  readonly #issues: Issue[];
  readonly #warn: (says: string) => void;
  readonly #known = new Map<Word | null, Map<Word | null, Choice>>();

  constructor(base: WafDocument, programs: Programs, issues: Issue[], warn: (says: string) => void) {
    this.#base = base;
    this.#programs = programs;
    this.#issues = issues;
    this.#warn = warn;
  }

  of(tenant: Word | null, more: Word | null): Choice {
    let known = this.#known.get(tenant);
    if (known === undefined) this.#known.set(tenant, (known = new Map()));
    let choice = known.get(more);
    if (choice === undefined) known.set(more, (choice = this.#make(tenant, more)));
    return choice;
  }

  #make(tenant: Word | null, more: Word | null): Choice {
    const base = this.#base;
    const words = [tenant, more].filter((word) => word !== null);
    if (words.some(({ says }) => says === false)) return off;
    let levels: WafLevels = base;
    let mode = base.mode;
    for (const { says } of words) {
      if (says === false) continue;
      const { paranoia, detectionParanoia, threshold, variables } = says;
      levels = {
        paranoia: paranoia ?? levels.paranoia,
        // A level of one's own leaves behind what somebody else said about what only tells.
        detectionParanoia: detectionParanoia ?? (paranoia === undefined ? levels.detectionParanoia : undefined),
        threshold: threshold === undefined ? levels.threshold : { ...levels.threshold, ...threshold },
        variables: variables === undefined ? levels.variables : { ...levels.variables, ...variables },
      };
      mode = says.mode ?? mode;
    }
    if (mode === 'off') return off;
    const loaded = this.#programs(levels, words.at(-1)?.path ?? ['waf']);
    if (loaded === null) return off;
    const always: Overlay[] = mode === base.mode ? [] : [overlay(loaded.waf.program, { mode })];
    const onPaths: { readonly paths: readonly string[]; readonly overlay: Overlay }[] = [];
    const lists = [
      { path: ['waf'], says: { exclusions: base.exclusions.filter(({ paths }) => paths !== undefined) } },
      ...words,
    ];
    for (const { path, says } of lists) {
      if (says === false) continue;
      for (const [at, exclusion] of says.exclusions.entries()) {
        const made = this.#exclude(loaded, exclusion, [...path, 'exclusions', at]);
        if (made === null) continue;
        if (exclusion.paths === undefined) always.push(made);
        else onPaths.push({ paths: exclusion.paths, overlay: made });
      }
    }
    const { waf, judgesAnswers } = loaded;
    const guard: Guard = { waf, overlays: always, judgesAnswers };
    if (onPaths.length === 0) return { guard: () => guard, guardAt: () => guard };
    const guardAt = (path: string): Guard => {
      const meant = onPaths.filter(({ paths }) => paths.some((start) => path.startsWith(start)));
      return meant.length === 0 ? guard : { ...guard, overlays: [...always, ...meant.map((each) => each.overlay)] };
    };
    return { guard: (exchange) => guardAt(exchange.facts.get(targetFact)?.path ?? '/'), guardAt };
  }

  #exclude(
    loaded: LoadedWaf,
    exclusion: WafDocument['exclusions'][number],
    path: readonly PropertyKey[],
  ): Overlay | null {
    try {
      const made = overlay(loaded.waf.program, { exclusions: [exclusionOf(exclusion)], name: pathText(path) });
      for (const what of made.idle)
        this.#warn(`an exclusion of the firewall means no rule: ${what} (${pathText(path)})`);
      return made;
    } catch (thrown) {
      if (!(thrown instanceof RuleError)) throw thrown;
      this.#issues.push(ruleIssue(path, thrown));
      return null;
    }
  }
}
