import { systemClock, type Clock } from '../base/clock.ts';
import { newId } from '../base/id.ts';
import { memoryCollections, type CollectionStore } from './collections.ts';
import { compile } from './compile.ts';
import type { CompileOptions } from './compile-options.ts';
import { fastRunner } from './fast/runner.ts';
import type { Head } from './head.ts';
import { inspection, type Inspection } from './inspection.ts';
import type { Overlay } from './overlay.ts';
import type { Program } from './program.ts';
import { readBody } from './read-body.ts';
import { meter, stepsForEvidence } from './regex/meter.ts';
import type { WafRequest, WafViewer } from './request.ts';
import type { RuleSet } from './rule.ts';
import type { RunPhase } from './run.ts';
import type { Mode, Settings } from './settings.ts';
import { Transaction } from './transaction.ts';

export interface WafOptions extends CompileOptions {
  /** Instead of the mode that the rules ask for. */
  readonly mode?: Mode;
  /** Instead of what the rules say about the engine. */
  readonly settings?: Partial<Settings>;
  readonly clock?: Clock;
  /** Where `initcol` keeps its entries; in this process when nothing is said. */
  readonly collections?: CollectionStore;
  /** A word for `UNIQUE_ID`. */
  readonly newId?: (now: number) => string;
  /** Another way to run a phase, e.g. `plainRunner`; rules that cannot match are passed over when nothing is said. */
  readonly runner?: (program: Program) => RunPhase;
}

/** A rule set at work. Holds no request; any number of inspections may be open at once. */
export interface Waf {
  readonly program: Program;
  /** `overlays` are this request's own exclusions and mode, see `overlay.ts`; the last mode counts. */
  inspect(request: WafRequest, viewer: WafViewer, overlays?: readonly Overlay[]): Inspection;
  /** Runs phase 1 for many bodies. Null when a rule refused, or when it may come to something else the next time. */
  head(request: WafRequest, viewer: WafViewer, overlays?: readonly Overlay[]): Head | null;
}

/** Compiles a rule set. Throws `RuleError` for a rule that cannot run, unless `onError` takes it. */
export function createWaf(set: RuleSet, options: WafOptions = {}): Waf {
  return wafOf(compile(set, options), set.settings, options);
}

/** A program at work, with the settings of the rules that it was made of. */
export function wafOf(program: Program, said: Settings, options: WafOptions): Waf {
  const run = (options.runner ?? fastRunner)(program);
  const settings: Settings = {
    ...said,
    ...options.settings,
    ...(options.mode !== undefined && { mode: options.mode }),
  };
  const clock = options.clock ?? systemClock;
  const store = options.collections ?? memoryCollections();
  const id = options.newId ?? newId;
  const begin = (request: WafRequest, viewer: WafViewer, overlays: readonly Overlay[] | undefined): Inspection => {
    const parts = { request, viewer, settings, lookup: program, clock, store, newId: id };
    const transaction = new Transaction(parts);
    if (overlays) for (const overlay of overlays) overlay.apply(transaction);
    return inspection(transaction, program, run);
  };
  return {
    program,
    inspect: begin,
    head(request, viewer, overlays) {
      if (run.lasts?.() !== true) return null;
      const first = begin(request, viewer, overlays);
      const { transaction: from } = first;
      if (first.requestHead().kind === 'stop' || from.faults.length > 0 || from.collections.size > 0) return null;
      from.forget('request-body');
      const standing = run.stand?.(from) ?? null;
      if (standing === null) return null;
      return {
        inspect() {
          const parts = { request, viewer, settings: from.settings, lookup: program, clock, store };
          const transaction = new Transaction({ ...parts, newId: id, from });
          transaction.progress = standing.fork();
          return inspection(transaction, program, run, 1);
        },
        isSettled: ({ transaction }) => standing.isSettled(transaction),
        passes: (body) => standing.passes !== null && isShort(from, body) && glance(from, body, standing.passes),
        passed: () => standing.passed(),
      };
    },
  };
}

/** What is longer is not read, or not to its end. */
function isShort({ settings, mode, allowed }: Transaction, { length }: string): boolean {
  const { requestBody, requestBodyLimit, requestBodyNoFilesLimit } = settings;
  return (
    requestBody && mode !== 'off' && allowed === null && length <= Math.min(requestBodyLimit, requestBodyNoFilesLimit)
  );
}

/** Looks at a body under the head that `from` stands for, and leaves no trace of it there. */
function glance(from: Transaction, body: string, passes: (from: Transaction) => boolean): boolean {
  meter.left = from.patternSteps;
  meter.cut = null;
  try {
    readBody(from, body, body.length);
    return passes(from) && meter.cut === null;
  } finally {
    meter.left = stepsForEvidence;
    readBody(from, '', 0);
  }
}
