import * as R from './reasons.ts';
import { Scanner } from './scanner.ts';
import * as T from './token.ts';

export const CONTINUE = -1;

/** What the operands of the present condition were. */
export const LITERAL = 1;
export const NAMED = 2;
export const CALLED = 4;

/**
 * What has been seen of a statement so far, and what it is evidence of. Kept flat (brackets are counted, not remembered) so
 * that a megabyte of brackets costs no more memory than one; only the condition around the outermost call is put aside.
 */
export class Evidence {
  readonly scan = new Scanner();
  protected quoted = false;
  protected quote = 0;
  /** The quote that the value "closes" looks like one it opens itself (`x='a'`): weak evidence does not count then. */
  protected opens = false;
  /** White space stood before the quote. */
  protected spaced = false;
  protected start = true;
  protected opened = false;
  protected operand = true;
  protected pending: number = R.CLEAN;
  protected calls: number = R.CLEAN;
  protected logic = 0;
  protected operators = 0;
  protected compare = 0;
  protected between = false;
  /** How far a CASE has come: 1 begun, 2 WHEN, 3 THEN. */
  protected stage = 0;
  protected clause = false;
  protected sorted = false;
  protected term = 0;
  protected left = 0;
  protected leftCompare = false;
  /** Depth, term and comparison to come back to when the outermost call closes; -1 outside calls. */
  protected callDepth = -1;
  protected callTerm = 0;
  protected callCompare = 0;
  protected depth = 0;
  protected closes = 0;
  protected words = 0;
  protected firstNumber = '';

  /** Takes the first token; false when the value never leaves the quote it stands in. */
  protected open(text: string, mysql: boolean, quote: number): boolean {
    const { scan } = this;
    this.reset(quote !== 0);
    this.quote = quote;
    scan.open(text, mysql, quote);
    if (quote === 0) return true;
    if (!scan.closed) return false;
    this.opens = opensString(text, scan.to - 2);
    this.spaced = scan.to > 1 && text.charCodeAt(scan.to - 2) === 0x20;
    this.start = false;
    this.operand = false;
    this.left = LITERAL;
    scan.next();
    return true;
  }

  protected reset(quoted: boolean): void {
    this.quoted = quoted;
    this.opens = this.spaced = false;
    this.start = this.operand = true;
    this.opened = this.between = this.clause = this.leftCompare = false;
    this.pending = this.calls = R.CLEAN;
    this.logic = this.operators = this.compare = this.term = this.left = this.depth = this.closes = this.words = 0;
    this.firstNumber = '';
    this.callDepth = -1;
    this.stage = 0;
  }

  /** Is what stands before this point something a statement would have, and not a run of words? */
  protected get trusted(): boolean {
    return this.quoted ? !this.opens || this.closes > 0 : (this.left & NAMED) === 0 && this.words === 0;
  }

  protected go(operand: boolean): number {
    this.operand = operand;
    this.scan.next();
    return CONTINUE;
  }

  protected enter(): number {
    this.depth++;
    this.opened = true;
    return this.go(true);
  }

  protected leave(): number {
    if (this.depth > 0) this.depth--;
    else this.closes++;
    if (this.depth === this.callDepth) {
      this.callDepth = -1;
      this.term = this.callTerm;
      this.compare = this.callCompare === 1 ? 2 : this.callCompare;
      this.pending = this.evidence(0);
    }
    if (this.calls !== R.CLEAN) this.pending = this.calls;
    return this.go(false);
  }

  protected newTerm(): number {
    if (this.logic === 0) this.leftCompare = this.compare > 0;
    this.logic++;
    this.compare = 0;
    this.term = 0;
    this.clause = false;
    return this.go(true);
  }

  protected comparing(): number {
    this.compare = 1;
    return this.go(true);
  }

  /** A string that the value leaves open in another quote than its own never ends: the statement could not be read. */
  protected foreign(): boolean {
    const { scan } = this;
    return (
      this.quote !== 0 &&
      !scan.closed &&
      scan.first() !== this.quote &&
      (scan.first() === 0x27 || scan.first() === 0x22)
    );
  }

  protected enterCall(): number {
    if (this.callDepth < 0) {
      this.callDepth = this.depth;
      this.callTerm = this.term;
      this.callCompare = this.compare;
    }
    return this.enter();
  }

  protected note(kind: number): void {
    this.term |= kind;
    if (this.logic === 0) this.left |= kind;
  }

  /** An operand is complete: what does it make of the condition it is part of? */
  protected took(kind: number): number {
    this.note(kind);
    if (this.compare === 1) this.compare = 2;
    this.pending = this.evidence(kind);
    return this.go(false);
  }

  protected evidence(kind: number): number {
    if (this.clause) return this.clauseEvidence(kind);
    return this.quoted ? this.quotedEvidence(kind) : this.bareEvidence();
  }

  protected clauseEvidence(kind: number): number {
    return kind === LITERAL || (this.sorted && (this.quoted || scanEnds(this.scan.ahead))) ? R.CLAUSE : R.CLEAN;
  }

  protected quotedEvidence(kind: number): number {
    const { scan } = this;
    if (this.opens && this.closes === 0) {
      return this.logic > 0 && this.compare === 2 && (this.term & NAMED) === 0 ? R.COMPARISON : R.CLEAN;
    }
    // ` "&"` and ` 'and'`: a word in quotes, not a string left and entered again
    if (this.spaced && scan.kind === T.STRING && !scan.closed && scan.to - scan.from === 1) return R.CLEAN;
    if (this.logic > 0) {
      if (this.compare === 2) return R.COMPARISON;
      return kind === LITERAL ? R.LOGIC_TERM : R.CLEAN;
    }
    const reentered = scan.kind === T.STRING && !scan.closed;
    return reentered && (this.operators > 0 || this.compare === 2) ? R.WRAPPED : R.CLEAN;
  }

  protected bareEvidence(): number {
    const { scan } = this;
    if (this.logic === 0) {
      if (scan.kind === T.NUMBER && this.firstNumber === '') this.firstNumber = scan.word();
      return R.CLEAN;
    }
    if (this.compare === 2) {
      if ((this.term & NAMED) === 0) return R.COMPARISON;
      return this.trusted && !this.leftCompare ? R.COMPARISON : R.CLEAN;
    }
    if (!this.trusted || this.compare !== 0) return R.CLEAN;
    if (scan.kind === T.BOOLEAN) return R.LOGIC_TERM;
    return scan.kind === T.NUMBER && scanEnds(scan.ahead) && scan.word() === this.firstNumber ? R.LOGIC_TERM : R.CLEAN;
  }

  /** A comment at the end of the value, where an operand could be followed by anything. */
  protected cutOff(): number {
    const { scan } = this;
    const rest = scan.to - scan.from;
    const hash = scan.first() === 0x23;
    if (this.quoted) {
      if (this.opens && this.closes === 0 && this.logic === 0) return R.CLEAN;
      if (this.logic > 0 || this.operators > 0 || this.closes > 0) return R.CUT_OFF;
      if (hash) return rest < 3 && !this.spaced ? R.CUT_OFF : R.CLEAN;
      return scan.first() === 0x2d && scan.glued() ? R.CLEAN : R.CUT_OFF;
    }
    if (!this.trusted || (this.firstNumber === '' && this.closes === 0 && this.logic === 0)) return R.CLEAN;
    if (this.logic > 0 || this.operators > 0) return rest < 6 || this.logic > 0 ? R.CUT_OFF : R.CLEAN;
    if (rest < 5) return R.CUT_OFF;
    return !hash && this.closes === 0 && this.scan.word().charCodeAt(2) <= 0x20 ? R.CUT_OFF : R.CLEAN;
  }
}

/** Behind `=`, an opening bracket, a comma or a colon a quote opens a string rather than closing one. */
function opensString(text: string, at: number): boolean {
  if (at < 0) return false;
  const code = text.charCodeAt(at);
  return code === 0x3d || code === 0x28 || code === 0x5b || code === 0x7b || code === 0x2c || code === 0x3a;
}

function scanEnds(kind: number): boolean {
  return kind === T.END || kind === T.COMMENT || kind === T.COMMA || kind === T.SORTED || kind === T.CLOSE;
}
