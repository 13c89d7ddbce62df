import { evaluate } from './evaluate.ts';
import type { Program } from './program.ts';
import { runPhase, type RunPhase } from './run.ts';

/** Runs phases rule by rule, with no short cuts: the reference for `fastRunner`, which is what runs when nothing is said. */
export const plainRunner =
  (program: Program): RunPhase =>
  (transaction, phase) =>
    runPhase(transaction, program, phase, evaluate);
