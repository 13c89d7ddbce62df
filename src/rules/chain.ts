import { messageOf } from '../base/fault.ts';
import { nearest } from '../base/named.ts';
import { wish } from '../config/parse.ts';
import type { ResourceMap, RuleCall } from '../config/rules.ts';
import { parseResourceKey, ResourceTable, type Resource } from './resource.ts';
import type { Check, RuleContext, RuleDefinition, RuleRequest, RuleVerdict } from './rule.ts';

/** One rule of a chain, with its parameters checked and its check made. */
export interface Link {
  readonly name: string;
  readonly mode: RuleCall['mode'];
  readonly needs: RuleDefinition['needs'];
  readonly check: Check;
}

export interface Chain {
  readonly key: string;
  readonly links: readonly Link[];
  readonly needsBody: boolean;
}

/** Something wrong in a rule map: where, and what to write. */
export interface MapIssue {
  readonly path: readonly (string | number)[];
  readonly wanted: string;
  readonly found: string;
  readonly hint: string;
}

export interface CompiledMap {
  /** Null when no entry and no default covers it: then nothing is asked. */
  chainFor(resource: Resource): Chain | null;
  /** Every rule that is used, by name. */
  readonly uses: ReadonlySet<string>;
}

/**
 * A resource map to chains. Every name and every parameter is checked here; an unknown rule or a bad parameter is an
 * issue and never a rule that is left out.
 */
export function compileMap(
  map: ResourceMap,
  rules: ReadonlyMap<string, RuleDefinition>,
  context: RuleContext,
): { readonly compiled: CompiledMap | null; readonly issues: readonly MapIssue[] } {
  const issues: MapIssue[] = [];
  const uses = new Set<string>();
  const chains: [string, Chain][] = [];
  for (const [key, calls] of Object.entries(map)) {
    const read = parseResourceKey(key);
    if (read.kind === 'bad') issues.push({ path: [key], wanted: 'a resource', found: JSON.stringify(key), hint: read.hint });
    const links: Link[] = [];
    for (const [at, call] of calls.entries()) {
      const link = compileCall(call, rules, context, [key, at], issues);
      if (link) {
        links.push(link);
        uses.add(link.name);
      }
    }
    chains.push([key, { key, links, needsBody: links.some((link) => link.needs === 'body') }]);
  }
  if (issues.length > 0) return { compiled: null, issues };
  const table = new ResourceTable(chains);
  return { compiled: { chainFor: (resource) => table.find(resource)?.value ?? null, uses }, issues };
}

function compileCall(call: RuleCall, rules: ReadonlyMap<string, RuleDefinition>, context: RuleContext, path: readonly (string | number)[], issues: MapIssue[]): Link | null {
  const rule = rules.get(call.name);
  if (!rule) {
    const near = nearest(call.name, rules.keys());
    issues.push({
      path: [...path, 'name'],
      wanted: 'the name of a rule',
      found: JSON.stringify(call.name),
      hint: near ? `did you mean "${near}"?` : `known rules: ${[...rules.keys()].join(', ')}; your own go into rules.modules`,
    });
    return null;
  }
  const params = rule.params.safeParse(call.params);
  if (!params.success) {
    for (const issue of params.error.issues) {
      issues.push({
        path: [...path, 'params', ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))],
        wanted: wish(issue.message),
        found: JSON.stringify(issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], call.params)) ?? 'nothing',
        hint: `see the parameters of rule "${rule.name}" in docs/reference/rules.md`,
      });
    }
    return null;
  }
  try {
    return { name: rule.name, mode: call.mode, needs: rule.needs, check: rule.check(params.data, context) };
  } catch (thrown) {
    issues.push({ path: [...path, 'params'], wanted: `parameters that rule "${rule.name}" accepts`, found: messageOf(thrown), hint: 'correct the parameters' });
    return null;
  }
}

/** What a chain came to: the rule that ended it, or none; and what was counted on the way. */
export interface ChainOutcome {
  readonly denied: { readonly rule: string; readonly verdict: Extract<RuleVerdict, { kind: 'deny' }> } | null;
  readonly counted: readonly { readonly rule: string; readonly reason: string }[];
}

const clean: ChainOutcome = { denied: null, counted: [] };

/** A rule that threw or took too long; the stage decides what that means. */
export class RuleBroke extends Error {
  override readonly name = 'RuleBroke';
  readonly rule: string;

  constructor(rule: string, cause: unknown) {
    super(`rule "${rule}": ${messageOf(cause)}`, { cause });
    this.rule = rule;
  }
}

/** Runs a chain in order until the first denial. Waits only for rules that ask to be waited for. */
export function runChain(chain: Chain, request: RuleRequest, timeoutMs: number): ChainOutcome | Promise<ChainOutcome> {
  return walk(chain.links, 0, request, timeoutMs, clean);
}

function walk(links: readonly Link[], from: number, request: RuleRequest, timeoutMs: number, so: ChainOutcome): ChainOutcome | Promise<ChainOutcome> {
  let outcome = so;
  for (let at = from; at < links.length; at++) {
    const link = links[at] as Link;
    let verdict: ReturnType<Check>;
    try {
      verdict = link.check(request);
    } catch (thrown) {
      throw new RuleBroke(link.name, thrown);
    }
    if (verdict instanceof Promise) {
      return within(verdict, timeoutMs, link.name).then((late) => {
        const next = judge(link, late, outcome);
        return next.denied ? next : walk(links, at + 1, request, timeoutMs, next);
      });
    }
    outcome = judge(link, verdict, outcome);
    if (outcome.denied) return outcome;
  }
  return outcome;
}

function judge(link: Link, verdict: RuleVerdict, so: ChainOutcome): ChainOutcome {
  // A user's rule is code that nobody checked: what is no verdict must not pass for one.
  switch (verdict?.kind) {
    case 'allow':
      return so;
    case 'count':
      return { denied: null, counted: [...so.counted, { rule: link.name, reason: verdict.reason }] };
    case 'deny':
      if (link.mode === 'count') return { denied: null, counted: [...so.counted, { rule: link.name, reason: verdict.reason }] };
      return { denied: { rule: link.name, verdict }, counted: so.counted };
    default:
      throw new RuleBroke(link.name, new TypeError('it answered neither allow, deny nor count'));
  }
}

function within(verdict: Promise<RuleVerdict>, timeoutMs: number, rule: string): Promise<RuleVerdict> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new RuleBroke(rule, new Error(`no answer within ${timeoutMs} ms`))), timeoutMs);
    verdict.then(resolve, (thrown: unknown) => reject(new RuleBroke(rule, thrown))).finally(() => clearTimeout(timer));
  });
}
