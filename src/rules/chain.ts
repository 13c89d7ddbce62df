import { safeParse } from 'zod/mini';
import { messageOf } from '../base/fault.ts';
import { nearest } from '../base/named.ts';
import { flawsOf } from '../config/issues.ts';
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
  readonly path: readonly PropertyKey[];
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
    if (read.kind === 'bad')
      issues.push({ path: [key], wanted: 'a resource', found: JSON.stringify(key), hint: read.hint });
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

/** Parameters are read once: a function compiled for them would never pay. */
const once = { jitless: true };

function compileCall(
  call: RuleCall,
  rules: ReadonlyMap<string, RuleDefinition>,
  context: RuleContext,
  path: readonly PropertyKey[],
  issues: MapIssue[],
): Link | null {
  const rule = rules.get(call.name);
  if (!rule) {
    const near = nearest(call.name, rules.keys());
    issues.push({
      path: [...path, 'name'],
      wanted: 'the name of a rule',
      found: JSON.stringify(call.name),
      hint: near
        ? `did you mean "${near}"?`
        : `known rules: ${[...rules.keys()].join(', ')}; your own go into rules.modules`,
    });
    return null;
  }
  const params = safeParse(rule.params, call.params, once);
  if (!params.success) {
    for (const flaw of params.error.issues.flatMap((issue) => flawsOf(rule.params, issue, call.params)))
      issues.push({
        path: [...path, 'params', ...flaw.at],
        wanted: flaw.wanted,
        found: flaw.found,
        hint: flaw.hint ?? `see the parameters of rule "${rule.name}" in docs/reference/rules.md`,
      });
    return null;
  }
  try {
    return { name: rule.name, mode: call.mode, needs: rule.needs, check: rule.check(params.data, context) };
  } catch (thrown) {
    issues.push({
      path: [...path, 'params'],
      wanted: `parameters that rule "${rule.name}" accepts`,
      found: messageOf(thrown),
      hint: 'correct the parameters',
    });
    return null;
  }
}

/** What a chain came to: the rule that ended it, or none; and what was counted and what broke on the way. */
export interface ChainOutcome {
  readonly denied: { readonly rule: string; readonly verdict: Extract<RuleVerdict, { kind: 'deny' }> } | null;
  readonly counted: readonly { readonly rule: string; readonly reason: string }[];
  /** Rules that threw, answered what is no verdict, or took too long. */
  readonly broke: readonly { readonly rule: string; readonly says: string }[];
}

const clean: ChainOutcome = { denied: null, counted: [], broke: [] };

export interface RunOptions {
  /** Milliseconds that a rule which waits may take. */
  readonly timeoutMs: number;
  /** `closed`: a rule that breaks ends the chain. `open`: only that rule is passed over, the others are asked. */
  readonly onFault: 'open' | 'closed';
}

/** Runs a chain in order until the first denial. Waits only for rules that ask to be waited for. Never throws or rejects. */
export function runChain(
  chain: Chain,
  request: RuleRequest,
  options: RunOptions,
): ChainOutcome | Promise<ChainOutcome> {
  return walk(chain.links, 0, request, options, clean);
}

function walk(
  links: readonly Link[],
  from: number,
  request: RuleRequest,
  options: RunOptions,
  so: ChainOutcome,
): ChainOutcome | Promise<ChainOutcome> {
  let outcome = so;
  const isOver = (): boolean => outcome.denied !== null || (outcome.broke.length > 0 && options.onFault === 'closed');
  for (let at = from; at < links.length; at++) {
    const link = links[at] as Link;
    let verdict: ReturnType<Check>;
    try {
      verdict = link.check(request);
    } catch (thrown) {
      outcome = broken(link, thrown, outcome);
      if (isOver()) return outcome;
      continue;
    }
    if (verdict instanceof Promise) {
      return within(verdict, options.timeoutMs)
        .then(
          (late) => judge(link, late, outcome),
          (thrown: unknown) => broken(link, thrown, outcome),
        )
        .then((next) => {
          outcome = next;
          return isOver() ? outcome : walk(links, at + 1, request, options, outcome);
        });
    }
    outcome = judge(link, verdict, outcome);
    if (isOver()) return outcome;
  }
  return outcome;
}

const broken = (link: Link, thrown: unknown, so: ChainOutcome): ChainOutcome => ({
  ...so,
  broke: [...so.broke, { rule: link.name, says: messageOf(thrown) }],
});

/** A user's rule is code that nobody checked: what is no verdict must not pass for one. */
function judge(link: Link, verdict: RuleVerdict, so: ChainOutcome): ChainOutcome {
  switch (verdict?.kind) {
    case 'allow':
      return so;
    case 'count':
      if (typeof verdict.reason !== 'string') break;
      return { ...so, counted: [...so.counted, { rule: link.name, reason: verdict.reason }] };
    case 'deny':
      if (typeof verdict.reason !== 'string' || !Number.isInteger(verdict.status)) break;
      if (link.mode === 'count')
        return { ...so, counted: [...so.counted, { rule: link.name, reason: verdict.reason }] };
      return { ...so, denied: { rule: link.name, verdict } };
    default:
  }
  return broken(
    link,
    new TypeError('it answered neither allow, deny with a reason and a status, nor count with a reason'),
    so,
  );
}

function within(verdict: Promise<RuleVerdict>, timeoutMs: number): Promise<RuleVerdict> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    verdict.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
