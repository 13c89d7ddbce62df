import { noFilesLimit, requestLimit, responseLimit } from './body-limits.ts';
import { processorFor } from './body-processors.ts';
import { matchesIn } from './condition.ts';
import { HeldBody } from './held-body.ts';
import { stop } from './hit.ts';
import { written } from './macro.ts';
import { pass, type Match, type Verdict } from './match.ts';
import type { Program } from './program.ts';
import { readBody } from './read-body.ts';
import { headerOf, type WafRequest } from './request.ts';
import { meter, stepsForEvidence } from './regex/meter.ts';
import type { Phase, RuleRef } from './rule.ts';
import type { RunPhase } from './run.ts';
import { held, type Transaction } from './transaction.ts';

/**
 * One request on its way past the rules. Called in order; every call answers with the verdict so far, and after a stop
 * only `finish` is left to call.
 */
export interface Inspection {
  requestHead(): Verdict;
  /** Bytes of the body as they come; `whole` with the last ones, also when there is no body at all. */
  requestBody(bytes: Uint8Array, whole: boolean): Verdict;
  responseHead(status: number, headers: WafRequest['headers']): Verdict;
  responseBody(bytes: Uint8Array, whole: boolean): Verdict;
  /** After the answer: runs the rules that keep the books, and gives every match, findings and others. */
  finish(): readonly Match[];
  /**
   * Whether a rule could still refuse because of the body. When not, the body may stream by unread, and the call for it
   * is made with no bytes and `whole`, so that the phase's rules still run.
   */
  readonly wantsRequestBody: boolean;
  readonly wantsResponseBody: boolean;
  /** Read-only, for traces: variables, labels, faults. */
  readonly transaction: Transaction;
}

const unknownRule: RuleRef = { id: 'unknown', place: { file: 'engine', line: 4 } };

type Parts = Omit<Inspection, 'wantsRequestBody' | 'wantsResponseBody'> & {
  wantsRequestBody(): boolean;
  wantsResponseBody(): boolean;
};

/**
 * Getters stand in a class: in an object literal each object would get a hidden class of its own, which lives long and
 * keeps the whole request alive with it.
 */
class Asked implements Inspection {
  readonly transaction: Transaction;
  readonly requestHead: Inspection['requestHead'];
  readonly requestBody: Inspection['requestBody'];
  readonly responseHead: Inspection['responseHead'];
  readonly responseBody: Inspection['responseBody'];
  readonly finish: Inspection['finish'];
  readonly #wantsRequestBody: () => boolean;
  readonly #wantsResponseBody: () => boolean;

  constructor(parts: Parts) {
    this.transaction = parts.transaction;
    this.requestHead = parts.requestHead;
    this.requestBody = parts.requestBody;
    this.responseHead = parts.responseHead;
    this.responseBody = parts.responseBody;
    this.finish = parts.finish;
    this.#wantsRequestBody = parts.wantsRequestBody;
    this.#wantsResponseBody = parts.wantsResponseBody;
  }

  get wantsRequestBody(): boolean {
    return this.#wantsRequestBody();
  }

  get wantsResponseBody(): boolean {
    return this.#wantsResponseBody();
  }
}

/** @param phase the phase that has run already */
export function inspection(
  transaction: Transaction,
  program: Program,
  runPhase: RunPhase,
  phase: 0 | Phase = 0,
): Inspection {
  const request = new HeldBody();
  const response = new HeldBody();
  let finished = false;

  const verdict = (): Verdict => transaction.verdict ?? pass;
  const run = (next: Phase): Verdict => {
    if (transaction.verdict !== null) return transaction.verdict;
    phase = next;
    metered(next);
    return verdict();
  };
  /** Runs a phase; patterns that used up what the request may spend on them end it, whatever else was found. */
  const metered = (at: Phase): void => {
    meter.left = transaction.patternSteps;
    meter.cut = null;
    runPhase(transaction, at);
    transaction.patternSteps = meter.left;
    meter.left = stepsForEvidence;
    if (meter.cut === null || transaction.overBudget !== null) return;
    const rule = ruleWith(program, meter.cut) ?? transaction.asking ?? unknownRule;
    transaction.overBudget = { id: rule.id, place: rule.place };
    if (at !== 5) end(transaction.overBudget, at, 503, 'A pattern of this rule took too long and was cut off');
  };
  const end = (rule: RuleRef, at: Phase, status: number, message: string): Verdict => {
    const enforced = transaction.mode === 'on';
    const match: Match = {
      rule,
      phase: at,
      message,
      logData: '',
      severity: 4,
      tags: [],
      logged: true,
      disruption: 'deny',
      enforced,
      evidence: [],
      score: transaction.score,
    };
    transaction.matches.push(match);
    if (enforced) transaction.verdict ??= stop(transaction, match, 'deny', status, null);
    else transaction.wouldStop ??= match;
    return verdict();
  };

  const reads = (at: Phase): boolean =>
    transaction.mode !== 'off' &&
    transaction.verdict === null &&
    transaction.allowed !== 'all' &&
    program.phases[at].length > 0;

  return new Asked({
    transaction,
    wantsRequestBody: () =>
      phase < 2 && transaction.settings.requestBody && transaction.allowed !== 'request' && reads(2),
    wantsResponseBody: () => phase < 4 && transaction.settings.responseBody && reads(4) && isReadable(transaction),
    requestHead() {
      if (phase >= 1) return verdict();
      transaction.bodyProcessor = processorFor(headerOf(transaction.request.headers, 'content-type') ?? '');
      return run(1);
    },
    requestBody(bytes, whole) {
      if (phase >= 2 || transaction.verdict !== null) return verdict();
      const { settings } = transaction;
      if (settings.requestBody && transaction.mode !== 'off') {
        if (!request.add(bytes, settings.requestBodyLimit)) {
          transaction.bodyTooLong = true;
          if (
            settings.requestBodyLimitAction === 'block' &&
            end(requestLimit, 2, 413, 'The body is longer than the limit').kind === 'stop'
          ) {
            phase = 2;
            return verdict();
          }
          // The first part is all that will be judged, so it is judged now and the rest need not wait.
          whole = true;
        }
      }
      if (!whole) return pass;
      if (settings.requestBody && transaction.mode !== 'off') {
        readBody(transaction, request.take(), request.length);
        const files = transaction.body.files.reduce((sum, file) => sum + file.size, 0);
        if (settings.requestBodyLimitAction === 'block' && request.length - files > settings.requestBodyNoFilesLimit) {
          end(noFilesLimit, 2, 413, 'The body without its files is longer than the limit');
        }
      }
      return run(2);
    },
    responseHead(status, headers) {
      if (phase >= 3) return verdict();
      transaction.response = { status, headers: held(headers) };
      transaction.forget('response-head');
      return run(3);
    },
    responseBody(bytes, whole) {
      if (phase >= 4 || transaction.verdict !== null) return verdict();
      const { settings } = transaction;
      const readable = settings.responseBody && transaction.mode !== 'off' && isReadable(transaction);
      if (readable && !response.add(bytes, settings.responseBodyLimit)) {
        transaction.responseTooLong = true;
        if (
          settings.responseBodyLimitAction === 'block' &&
          end(responseLimit, 4, 500, 'The response body is longer than the limit').kind === 'stop'
        ) {
          phase = 4;
          return verdict();
        }
        whole = true;
      }
      if (!whole) return pass;
      if (readable) transaction.responseText = response.take();
      transaction.responseLength = response.length;
      transaction.forget('response-body');
      return run(4);
    },
    finish() {
      if (!finished) {
        finished = true;
        metered(5);
      }
      return transaction.matches;
    },
  });
}

function isReadable({ response, settings }: Transaction): boolean {
  if (response === null) return true;
  const type = (headerOf(response.headers, 'content-type') ?? '').split(';')[0] ?? '';
  return settings.responseBodyTypes.includes(type.trim().toLowerCase());
}

/** The rule in which a pattern stands. */
function ruleWith({ rules }: Program, pattern: string): RuleRef | undefined {
  return rules.find(({ rule }) =>
    rule.links.some(({ condition }) => [...matchesIn(condition)].some(({ argument }) => written(argument) === pattern)),
  )?.rule;
}
