import { messageOf } from '../base/fault.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { onTheWayOut, type Answer, type Handle, type Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Reason } from '../trace/reason.ts';
import type { NoteFacts } from '../trace/trace.ts';
import { bodyLimitIds } from './body-limits.ts';
import type { Waf } from './engine.ts';
import type { Inspection } from './inspection.ts';
import type { Verdict } from './match.ts';
import type { Overlay } from './overlay.ts';
import { reasons } from './reasons.ts';
import { Findings } from './stage-notes.ts';

/** Whose rules judge a request, and what is left out of them for it. */
export interface Guard {
  readonly waf: Waf;
  readonly overlays: readonly Overlay[];
  /** Could a rule refuse an answer for what its body says? Only then are bodies of answers held. */
  readonly judgesAnswers: boolean;
}

export interface WafStageOptions {
  /** Null: this request passes unjudged. Asked once per request. */
  guardFor(exchange: Exchange): Guard | null;
  readonly onFault: 'open' | 'closed';
  /** Further parameters, in lower case, whose values never stand in a trace. */
  readonly secrets: ReadonlySet<string>;
  /** Ask for answers without content coding where their bodies are judged, so that rules can read them. */
  readonly plainAnswers: boolean;
}

const nothing = new Uint8Array();

/**
 * The firewall in the straight line: request head and body on the way in, head and body of the answer on the way out,
 * each before anybody behind it sees them. What it finds stands in the trace; what it refuses bears the rule's name.
 */
export function waf(options: WafStageOptions): Stage {
  return {
    name: 'waf',
    handle(exchange, next) {
      const guard = options.guardFor(exchange);
      if (guard !== null) return new Passage(exchange, guard, options).in(next);
      exchange.trace.note('waf', 'off');
      return next(exchange);
    },
  };
}

/** One request past one guard. */
class Passage {
  readonly #exchange: Exchange;
  readonly #options: WafStageOptions;
  readonly #guard: Guard;
  readonly #inspection: Inspection;
  readonly #findings: Findings;
  #faults = 0;
  /** A fault, and the document says that such a request goes on: nobody judges it any more. */
  #blind = false;

  constructor(exchange: Exchange, guard: Guard, options: WafStageOptions) {
    this.#exchange = exchange;
    this.#options = options;
    this.#guard = guard;
    const { address, port, localAddress, localPort } = exchange.viewer;
    const viewer = { address, port, serverAddress: localAddress, serverPort: localPort };
    this.#inspection = guard.waf.inspect(exchange.request, viewer, guard.overlays);
    this.#findings = new Findings('waf', options.secrets);
  }

  in(next: Handle): Answer {
    const head = this.#judge((inspection) => inspection.requestHead());
    if (head !== null) return head;
    const { body } = this.#exchange.request;
    const inspection = this.#inspection;
    if (body === null || this.#blind || !inspection.wantsRequestBody)
      return this.#body(nothing, true) ?? this.#on(next);
    const { requestBodyLimit: limit, requestBodyLimitAction: action } = inspection.transaction.settings;
    // A body that says itself that it is too long is not read first.
    if (action === 'block' && body.length !== null && body.length > limit && inspection.transaction.mode === 'on') {
      return this.#refuse(reasons.body, { declared: body.length, limit });
    }
    if (body.whole !== null) return this.#body(body.whole, true) ?? this.#on(next);
    return body.peek(limit + 1).then(({ bytes, whole }) => this.#body(bytes, whole) ?? this.#on(next));
  }

  #body(bytes: Uint8Array, whole: boolean): HttpResponse | null {
    return this.#judge((inspection) => inspection.requestBody(bytes, whole));
  }

  #on(next: Handle): Answer {
    const exchange = this.#exchange;
    if (this.#options.plainAnswers && this.#guard.judgesAnswers) {
      const headers = exchange.request.headers.without('accept-encoding');
      exchange.request = { ...exchange.request, headers };
    }
    return onTheWayOut(next(exchange), (response) => this.#out(response));
  }

  #out(response: HttpResponse): Answer {
    const { from, body } = response;
    // Our own refusals and faults say nothing that could leak, and keep their reasons.
    if (this.#blind || from.by === 'refusal' || from.by === 'fault') return this.#done(response);
    const stopped = this.#judge((inspection) => inspection.responseHead(response.status, [...response.headers]));
    if (stopped !== null) return instead(response, stopped);
    const judge = (bytes: Uint8Array, whole: boolean): Answer => {
      const verdict = this.#judge((inspection) => inspection.responseBody(bytes, whole));
      return verdict === null ? this.#done(response) : instead(response, verdict);
    };
    const held = body !== null && !this.#blind && this.#guard.judgesAnswers && this.#inspection.wantsResponseBody;
    if (!held) return judge(nothing, true);
    if (body.whole !== null) return judge(body.whole, true);
    const { responseBodyLimit: limit } = this.#inspection.transaction.settings;
    return body.peek(limit + 1).then(({ bytes, whole }) => judge(bytes, whole));
  }

  /** Asks the rules of one phase. Null: the request may go on. */
  #judge(ask: (inspection: Inspection) => Verdict): HttpResponse | null {
    if (this.#blind) return null;
    const inspection = this.#inspection;
    const { transaction } = inspection;
    let verdict: Verdict;
    try {
      verdict = ask(inspection);
    } catch (thrown) {
      return this.#broken(messageOf(thrown));
    }
    if (transaction.matches.length > 0) this.#findings.tell(this.#exchange.trace, transaction.matches);
    if (verdict.kind === 'stop') return this.#stopped(verdict);
    const fault = transaction.faults[this.#faults];
    this.#faults = transaction.faults.length;
    return fault === undefined ? null : this.#broken(fault);
  }

  #stopped(verdict: Extract<Verdict, { kind: 'stop' }>): HttpResponse | null {
    const { overBudget } = this.#inspection.transaction;
    const last = verdict.matched.at(-1);
    const facts: NoteFacts = {
      rule: verdict.rule.id,
      message: last?.message ?? '',
      score: last?.score ?? 0,
      at: `${verdict.rule.place.file}:${verdict.rule.place.line}`,
      ...(verdict.certainty === 'approximate' && { judged: 'the first part of the body' }),
      ...(verdict.how === 'drop' && { wanted: 'drop' }),
    };
    if (overBudget !== null && overBudget.id === verdict.rule.id) {
      if (this.#options.onFault === 'open') return this.#open(facts);
      return this.#refuse(reasons.budget, facts);
    }
    const reason = bodyLimitIds.has(verdict.rule.id) ? reasons.body : reasons.blocked;
    const headers = verdict.location === null ? HeaderList.empty : HeaderList.of({ location: verdict.location });
    return this.#refuse(reason, facts, { status: verdict.status, headers });
  }

  #broken(says: string): HttpResponse | null {
    const rule = this.#inspection.transaction.asking;
    const facts = {
      rule: rule?.id ?? null,
      says: says.slice(0, 200),
      at: rule ? `${rule.place.file}:${rule.place.line}` : null,
    };
    return this.#options.onFault === 'open' ? this.#open(facts) : this.#refuse(reasons.fault, facts);
  }

  #open(facts: NoteFacts): null {
    this.#blind = true;
    this.#exchange.trace.note('waf', 'fault, open', facts);
    return null;
  }

  #refuse(
    reason: Reason,
    facts: NoteFacts,
    more: { readonly status?: number; readonly headers?: HeaderList } = {},
  ): HttpResponse {
    const response = refuse(this.#exchange, 'waf', reason, { facts, ...more });
    return this.#done(response);
  }

  /** Runs the rules that keep the books, and says in one line what was found. */
  #done(response: HttpResponse): HttpResponse {
    const { trace } = this.#exchange;
    const inspection = this.#inspection;
    try {
      this.#findings.tell(trace, inspection.finish());
    } catch (thrown) {
      trace.note('waf', 'fault after the answer', { says: messageOf(thrown).slice(0, 200) });
    }
    if (this.#findings.count > 0) {
      const { wouldStop, overBudget, score } = inspection.transaction;
      trace.note('waf', 'found', {
        ...this.#findings.summary(),
        score,
        ...(wouldStop !== null && { wouldRefuse: wouldStop.rule.id }),
        ...(overBudget !== null && { overBudget: overBudget.id }),
      });
    }
    return response;
  }
}

/** The held answer is thrown away, and who sends it is told. */
function instead(response: HttpResponse, refusal: HttpResponse): HttpResponse {
  response.body?.cancel();
  return refusal;
}
