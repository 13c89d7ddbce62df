import * as R from './reasons.ts';
import { Scanner } from './scanner.ts';
import { statement, subquery, union } from './statement.ts';
import * as T from './token.ts';

const CONTINUE = -1;

/** What the operands of the present condition were. */
const LITERAL = 1;
const NAMED = 2;
const CALLED = 4;

/**
 * Reads a value as what an attacker would need it to be: the middle of a statement. Two states, "an operand comes" and "an
 * operand stood here", one pass, no backtracking; the first token that SQL could not have there ends the reading. Evidence
 * (a condition, a comparison, a call) counts once the token behind it is one that SQL allows there: prose rarely gets so far.
 */
export class Grammar {
  readonly scan = new Scanner();
  private quoted = false;
  /** The quote that the value "closes" looks like one it opens itself (`x='a'`): weak evidence does not count then. */
  private opens = false;
  private start = true;
  private opened = false;
  private operand = true;
  private pending: number = R.CLEAN;
  private calls: number = R.CLEAN;
  private logic = 0;
  private operators = 0;
  private compare = 0;
  private between = false;
  private clause = false;
  private term = 0;
  private left = 0;
  private leftCompare = false;
  private depth = 0;
  private closes = 0;
  private words = 0;
  private firstNumber = '';

  /** The reason code for `text` standing behind `quote` (a char code, 0 for none) in the given family of dialects. */
  judge(text: string, mysql: boolean, quote: number): number {
    const { scan } = this;
    this.reset(quote !== 0);
    scan.open(text, mysql, quote);
    if (this.quoted) {
      if (!scan.closed) return R.CLEAN;
      this.opens = opensString(text, scan.to - 2);
      this.start = false;
      this.operand = false;
      this.left = LITERAL;
      scan.next();
    }
    for (;;) {
      const verdict = this.operand ? this.atOperand() : this.atOperator();
      if (verdict !== CONTINUE) return verdict;
    }
  }

  private reset(quoted: boolean): void {
    this.quoted = quoted;
    this.opens = false;
    this.start = this.operand = true;
    this.opened = this.between = this.clause = this.leftCompare = false;
    this.pending = this.calls = R.CLEAN;
    this.logic = this.operators = this.compare = this.term = this.left = this.depth = this.closes = this.words = 0;
    this.firstNumber = '';
  }

  /** Is what stands before this point something a statement would have, and not a run of words? */
  private get trusted(): boolean {
    return this.quoted ? !this.opens || this.closes > 0 : (this.left & NAMED) === 0 && this.words === 0;
  }

  private atOperand(): number {
    const { scan } = this;
    const first = this.start;
    const opened = this.opened;
    this.start = this.opened = false;
    switch (scan.kind) {
      case T.NUMBER:
        return this.took(LITERAL);
      case T.STRING:
        return this.took(LITERAL);
      case T.VARIABLE:
      case T.CONSTANT:
      case T.BOOLEAN:
        return this.took(LITERAL);
      case T.OPEN:
        return this.enter();
      case T.CLOSE:
        if (opened) return this.leave();
        return first ? this.leave() : R.CLEAN;
      case T.PLUS:
      case T.OPERATOR:
      case T.NOT:
      case T.PREFIX:
        this.start = first;
        this.opened = opened && scan.kind === T.PREFIX;
        return this.go(true);
      case T.STAR:
        return opened || this.operators > 0 ? this.took(NAMED) : R.CLEAN;
      case T.OPEN_BRACE:
        scan.next();
        if (scan.kind >= T.LOGIC || scan.kind === T.NAME) scan.next();
        return CONTINUE;
      case T.CASE:
        return this.go(scan.ahead !== T.WHEN ? true : this.skip());
      case T.SELECT:
        return opened || this.calls !== R.CLEAN ? subquery(scan) : R.CLEAN;
      case T.SEMICOLON:
        return first ? statement(scan, true) : R.CLEAN;
      case T.LOGIC:
      case T.CONCAT:
        return first ? this.newTerm() : R.CLEAN;
      case T.UNION:
        return first ? union(scan, true) : R.CLEAN;
      case T.EXECUTE:
        if (first && scan.ahead === T.DANGEROUS) return R.STATEMENT;
        return this.named(T.NAME);
      case T.WAITFOR:
        return scan.ahead === T.DELAY ? this.wait() : this.named(T.NAME);
      case T.END:
      case T.COMMENT:
      case T.JUNK:
      case T.COMMA:
      case T.SLASH:
      case T.COMPARE:
      case T.CAST:
      case T.CLOSE_BRACE:
        return R.CLEAN;
      default:
        return this.named(scan.kind);
    }
  }

  private atOperator(): number {
    const { scan } = this;
    if (this.pending !== R.CLEAN && follows(scan.kind)) return this.pending;
    switch (scan.kind) {
      case T.END:
        return R.CLEAN;
      case T.LOGIC:
        if (this.between) {
          this.between = false;
          return this.go(true);
        }
        return this.newTerm();
      case T.CONCAT:
        this.operators++;
        return this.newTerm();
      case T.PLUS:
      case T.STAR:
      case T.OPERATOR:
        this.operators++;
        return this.go(true);
      case T.SLASH:
        return this.go(true);
      case T.BETWEEN:
        this.between = true;
        return this.comparing();
      case T.COMPARE:
      case T.IS:
        return this.comparing();
      case T.MATCHES:
        if (scan.ahead === T.MATCHES || (scan.ahead === T.NAME && scan.firstAhead() === 0x74)) scan.next();
        return this.comparing();
      case T.IN:
        return scan.ahead === T.OPEN ? this.comparing() : R.CLEAN;
      case T.NOT:
      case T.SORTED:
      case T.CLOSE_BRACE:
        return this.go(false);
      case T.CAST:
      case T.COLLATE:
      case T.AS:
        scan.next();
        return this.go(false);
      case T.COMMA:
        this.between = false;
        this.compare = 0;
        this.term = 0;
        return this.go(true);
      case T.CLOSE:
        return this.leave();
      case T.SEMICOLON:
        return statement(scan, this.trusted);
      case T.COMMENT:
        return this.cutOff();
      case T.UNION:
        return union(scan, this.trusted);
      case T.WHEN:
      case T.ELSE:
      case T.FROM:
      case T.JOIN:
        return this.trusted || this.logic > 0 ? this.go(true) : this.word();
      case T.END_CASE:
        return this.go(false);
      default:
        return this.clauseOrWord();
    }
  }

  private clauseOrWord(): number {
    const { scan } = this;
    if (!this.trusted) return this.word();
    switch (scan.kind) {
      case T.ORDER:
        if (scan.ahead !== T.BY) return this.word();
        scan.next();
        return this.clauseBegins();
      case T.HAVING:
      case T.WHERE:
        this.newTerm();
        return CONTINUE;
      case T.LIMIT:
        return this.clauseBegins();
      case T.INTO:
        if (scan.ahead === T.OUTFILE || scan.ahead === T.VARIABLE) return R.OUTPUT_FILE;
        return this.word();
      case T.PROCEDURE:
        scan.next();
        return scan.ahead === T.OPEN ? R.CLAUSE : R.CLEAN;
      case T.WAITFOR:
        return scan.ahead === T.DELAY ? this.wait() : this.word();
      case T.DANGEROUS:
        return scan.ahead === T.OPEN ? R.CALL : this.word();
      case T.SELECT:
      case T.INSERT:
      case T.UPDATE:
      case T.DELETE:
      case T.DEFINE:
      case T.EXECUTE:
      case T.DECLARE:
      case T.IF:
        return statement(scan, true);
      case T.OPEN:
        return scan.first() === 0x5b ? this.enter() : R.CLEAN;
      default:
        return this.word();
    }
  }

  /** A word or a literal right behind an operand: SQL has no place for it, but a value may begin with a run of words. */
  private word(): number {
    const { scan } = this;
    if (scan.kind === T.STRING) return this.quoted || this.words > 0 ? this.go(false) : R.CLEAN;
    if (this.quoted || this.logic > 0 || this.operators > 0 || this.compare > 0 || scan.kind === T.JUNK) return R.CLEAN;
    if (scan.kind === T.OPEN || scan.kind === T.OPEN_BRACE) return R.CLEAN;
    this.words++;
    this.left |= NAMED;
    return this.go(false);
  }

  private clauseBegins(): number {
    this.clause = true;
    return this.go(true);
  }

  private wait(): number {
    const { scan } = this;
    scan.next();
    return scan.ahead === T.STRING || scan.ahead === T.VARIABLE ? R.WAIT : R.CLEAN;
  }

  private go(operand: boolean): number {
    this.operand = operand;
    this.scan.next();
    return CONTINUE;
  }

  private skip(): boolean {
    this.scan.next();
    return true;
  }

  private enter(): number {
    this.depth++;
    this.opened = true;
    return this.go(true);
  }

  private leave(): number {
    if (this.depth > 0) this.depth--;
    else this.closes++;
    if (this.calls !== R.CLEAN) this.pending = this.calls;
    return this.go(false);
  }

  private newTerm(): number {
    if (this.logic === 0) this.leftCompare = this.compare > 0;
    this.logic++;
    this.compare = 0;
    this.term = 0;
    this.clause = false;
    return this.go(true);
  }

  private comparing(): number {
    this.compare = 1;
    return this.go(true);
  }

  /** A name, or a call when an opening bracket follows. */
  private named(kind: number): number {
    const { scan } = this;
    if (scan.ahead !== T.OPEN || scan.kind === T.NAME) {
      if (scan.ahead === T.OPEN) {
        scan.next();
        this.note(CALLED | NAMED);
        return this.enter();
      }
      return this.took(NAMED);
    }
    const added = this.logic > 0 || this.operators > 0;
    scan.next();
    this.note(CALLED);
    if (kind === T.DANGEROUS) {
      if (added && this.trusted) return R.CALL;
      this.calls = R.CALL;
    } else if (kind === T.REVEALING || kind === T.IF || (kind === T.COMMON && this.logic > 0)) {
      if (added && this.trusted) this.calls = R.CALL;
    }
    return this.enter();
  }

  private note(kind: number): void {
    this.term |= kind;
    if (this.logic === 0) this.left |= kind;
  }

  /** An operand is complete: what does it make of the condition it is part of? */
  private took(kind: number): number {
    this.note(kind);
    if (this.compare === 1) this.compare = 2;
    this.pending = this.clause ? this.clauseEvidence(kind) : this.quoted ? this.quotedEvidence(kind) : this.bareEvidence(kind);
    return this.go(false);
  }

  private clauseEvidence(kind: number): number {
    return kind === LITERAL || this.quoted || scanEnds(this.scan.ahead) ? R.CLAUSE : R.CLEAN;
  }

  private quotedEvidence(kind: number): number {
    const { scan } = this;
    if (this.opens && this.closes === 0) return R.CLEAN;
    if (this.logic > 0) {
      if (this.compare === 2) return R.COMPARISON;
      return kind === LITERAL ? R.LOGIC_TERM : R.CLEAN;
    }
    const reentered = scan.kind === T.STRING && !scan.closed;
    return reentered && (this.operators > 0 || this.compare === 2) ? R.WRAPPED : R.CLEAN;
  }

  private bareEvidence(kind: number): number {
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
    return kind === LITERAL && scan.kind === T.NUMBER && scan.word() === this.firstNumber ? R.LOGIC_TERM : R.CLEAN;
  }

  /** A comment at the end of the value, where an operand could be followed by anything. */
  private cutOff(): number {
    const { scan } = this;
    const rest = scan.to - scan.from;
    const hash = scan.first() === 0x23;
    if (this.quoted) {
      if (this.opens && this.closes === 0 && this.logic === 0) return R.CLEAN;
      return !hash || rest < 3 || this.logic > 0 || this.operators > 0 || this.closes > 0 ? R.CUT_OFF : R.CLEAN;
    }
    if (!this.trusted) return R.CLEAN;
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

/** May this token stand behind a complete condition? */
function follows(kind: number): boolean {
  switch (kind) {
    case T.NAME:
    case T.NUMBER:
    case T.STRING:
    case T.VARIABLE:
    case T.OPEN:
    case T.OPEN_BRACE:
    case T.JUNK:
    case T.CONSTANT:
    case T.BOOLEAN:
    case T.NOT:
    case T.PREFIX:
      return false;
    default:
      return kind <= T.CAST || kind < T.INSERT;
  }
}
