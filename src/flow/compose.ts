import { Fault } from '../base/fault.ts';
import type { Exchange } from './exchange.ts';
import type { Answer, Handle, Stage } from './stage.ts';

/**
 * Stages and an end to one function, built once at load. Each stage is noted entering with its time, so a stage cannot
 * forget to; calling `next` twice is a fault.
 */
export function compose(stages: readonly Stage[], end: Handle): Handle {
  let handle = end;
  for (let at = stages.length - 1; at >= 0; at--) handle = step(stages[at] as Stage, at, handle);
  return handle;
}

function step(stage: Stage, at: number, next: Handle): Handle {
  return function enter(exchange: Exchange): Answer {
    const trace = exchange.trace;
    if (trace.entered.length !== at) {
      throw new Fault('flow.next-twice', 'edge', `the stage before "${stage.name}" called next twice`);
    }
    trace.enter();
    return stage.handle(exchange, next);
  };
}
