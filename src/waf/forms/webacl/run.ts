import type { Clock } from '../../../base/clock.ts';
import { createWaf } from '../../engine.ts';
import type { WafRequest, WafViewer } from '../../request.ts';
import type { AclAction, Outcome } from './actions.ts';
import { becauseOf, type Because } from './because.ts';
import { labelsOf } from './labels.ts';
import type { ReadWebAcl } from './read.ts';

/** What AWS WAF would have done with one request, in the words of its log. */
export interface AclDecision {
  readonly action: AclAction;
  readonly terminatingRule: string;
  /** Null when the request goes through. */
  readonly answer: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  } | null;
  /** Rules that matched and did not end it, in order. */
  readonly nonTerminating: readonly { readonly rule: string; readonly action: AclAction }[];
  readonly labels: readonly string[];
  /** Headers added to the request; none when it is answered. */
  readonly inserted: readonly (readonly [string, string])[];
  readonly because: readonly Because[];
  /** `approximate` as soon as one statement that held, or a rule that could not be run, makes it so. */
  readonly certainty: 'exact' | 'approximate';
  readonly bodyTooLong: boolean;
}

export interface AclEngine {
  inspect(request: WafRequest, viewer: WafViewer, body?: Uint8Array): AclDecision;
}

const noBytes = new Uint8Array(0);

/** A web ACL at work. Rates are counted in this engine alone. */
export function runWebAcl(acl: ReadWebAcl, options: { readonly clock?: Clock } = {}): AclEngine {
  const waf = createWaf(acl.set, options);
  const fallback = acl.outcomes.get('Default_Action');
  if (!fallback) throw new Error('a web ACL has a default action');
  const left = acl.fidelity.some((each) => each.certainty === 'impossible');
  return {
    inspect(request, viewer, body = noBytes) {
      const inspection = waf.inspect(request, viewer);
      inspection.requestHead();
      const verdict = inspection.requestBody(body, true);
      const { transaction } = inspection;
      const found = transaction.matches.flatMap((match) => {
        const outcome = acl.outcomes.get(match.rule.id);
        return outcome && outcome.quiet !== true ? [{ match, outcome }] : [];
      });
      const ending = found.find(({ match }) => match.disruption !== 'pass');
      const outcome = ending?.outcome ?? fallback;
      const others = found.filter((each) => each !== ending);
      const because = becauseOf(transaction);
      const through = verdict.kind === 'pass';
      return {
        action: outcome.action,
        terminatingRule: outcome.group === null ? outcome.rule : `${outcome.group}/${outcome.rule}`,
        answer: through ? null : answerOf(outcome, request),
        nonTerminating: others.map(({ outcome: each }) => ({
          rule: each.group === null ? each.rule : `${each.group}/${each.rule}`,
          action: each.terminates ? 'COUNT' : each.action,
        })),
        labels: labelsOf(transaction),
        inserted: through ? inserted([...others.map((each) => each.outcome), outcome]) : [],
        because,
        certainty: left || because.some((each) => each.certainty === 'approximate') ? 'approximate' : 'exact',
        bodyTooLong: transaction.bodyTooLong,
      };
    },
  };
}

/** Between rules the last writer of a name wins. */
function inserted(outcomes: readonly Outcome[]): readonly (readonly [string, string])[] {
  const named = new Map<string, readonly [string, string]>();
  for (const outcome of outcomes) for (const pair of outcome.insert) named.set(pair[0].toLowerCase(), pair);
  return [...named.values()];
}

function answerOf(outcome: Outcome, request: WafRequest): NonNullable<AclDecision['answer']> {
  const { status, headers, body } = outcome;
  if (outcome.action === 'CAPTCHA' || outcome.action === 'CHALLENGE') {
    const html = [...request.headers].some(
      ([name, value]) => name.toLowerCase() === 'accept' && value.includes('text/html'),
    );
    const page = `<!doctype html><title>One moment</title><p>This page asks for a ${outcome.action === 'CAPTCHA' ? 'captcha' : 'challenge'} to be solved.</p>`;
    return {
      status: status as number,
      headers: html ? [...headers, ['content-type', 'text/html']] : headers,
      body: html ? page : '',
    };
  }
  return {
    status: status as number,
    headers: body ? [...headers, ['content-type', body.type]] : headers,
    body: body?.content ?? '',
  };
}
