import { mayScript } from './gate.ts';
import { DATA, HtmlReader, UNQUOTED } from './reader.ts';
import { CLEAN, reasonOf } from './reasons.ts';

export type HtmlContext =
  | 'text'
  | 'an attribute without quotes'
  | 'a single-quoted attribute'
  | 'a double-quoted attribute'
  | 'a backtick attribute';

export interface HtmlVerdict {
  readonly injected: boolean;
  /** Where on a page the value would have to stand for it. */
  readonly context: HtmlContext;
  /** Name of the reason, e.g. `event-handler`. */
  readonly reason: string;
  /** A sentence for the trace. */
  readonly says: string;
  /** The part of the value that decided, in bytes. */
  readonly offset: number;
  readonly length: number;
}

const PLACES: readonly (readonly [place: number, needs: string, context: HtmlContext])[] = [
  [DATA, '<', 'text'],
  [0x22, '"', 'a double-quoted attribute'],
  [0x27, "'", 'a single-quoted attribute'],
  [0x60, '`', 'a backtick attribute'],
  [UNQUOTED, '=', 'an attribute without quotes'],
];

const reader = new HtmlReader();
let context: HtmlContext = 'text';

/** Could `value` run script in a page that shows it? The hot path. */
export function scripts(value: string): boolean {
  return verdictCode(value) !== CLEAN;
}

/** The same with the evidence; `null` when it could not. */
export function htmlVerdict(value: string): HtmlVerdict | null {
  const code = verdictCode(value);
  if (code === CLEAN) return null;
  const reason = reasonOf(code);
  return {
    injected: true,
    context,
    reason: reason.name,
    says: `Shown in ${context}, the value ${reason.says}.`,
    offset: reader.from,
    length: Math.max(0, Math.min(reader.to, value.length) - reader.from),
  };
}

function verdictCode(value: string): number {
  if (!mayScript(value)) return CLEAN;
  for (const [place, needs, where] of PLACES) {
    if (!value.includes(needs)) continue;
    const code = reader.judge(value, place);
    if (code === CLEAN) continue;
    context = where;
    return code;
  }
  return CLEAN;
}
