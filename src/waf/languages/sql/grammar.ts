import { CALLED, CONTINUE, Evidence, LITERAL, NAMED } from './evidence.ts';
import * as R from './reasons.ts';
import { statement, subquery, union } from './statement.ts';
import * as T from './token.ts';

/**
 * Reads a value as what an attacker would need it to be: the middle of a statement. Two states, "an operand comes" and "an
 * operand stood here", one pass, no backtracking; the first token that SQL could not have there ends the reading. Evidence
 * (a condition, a comparison, a call) counts once the token behind it is one that SQL allows there: prose rarely gets so far.
 */
export class Grammar extends Evidence {
  /** The reason code for `text` standing behind `quote` (a char code, 0 for none) in the given family of dialects. */
  judge(text: string, mysql: boolean, quote: number): number {
    if (!this.open(text, mysql, quote)) return R.CLEAN;
    for (;;) {
      const verdict = this.operand ? this.atOperand() : this.atOperator();
      if (verdict !== CONTINUE) return verdict;
    }
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
        return this.foreign() ? R.CLEAN : this.took(LITERAL);
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
        return this.odbcEscape();
      case T.CASE:
        this.stage = 1;
        this.note(NAMED); // until it is complete, "case" may be the word
        return this.go(scan.ahead !== T.WHEN ? true : this.skip());
      case T.SELECT:
        if (!first)
          return opened || this.calls !== R.CLEAN || (this.logic > 0 && this.trusted) ? subquery(scan) : R.CLEAN;
        this.operators++; // a whole statement: only what an injected one is made for counts (calls, subqueries)
        this.opened = true;
        return this.go(true);
      case T.SEMICOLON:
        return first ? statement(scan, true) : R.CLEAN;
      case T.LOGIC:
      case T.CONCAT:
        return first ? this.newTerm() : R.CLEAN;
      case T.UNION:
        return first || this.trusted ? union(scan, true, false) : R.CLEAN;
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
        return union(scan, this.trusted, this.trusted);
      case T.FROM:
        if (this.trusted && this.closes > 0 && scan.ahead === T.NAME) return this.fromTable();
        return this.trusted || this.logic > 0 ? this.go(true) : this.word();
      case T.WHEN:
        if (this.stage === 1) this.stage = 2;
        return this.stage === 2 ? this.go(true) : this.word();
      case T.ELSE:
        if (this.stage === 2) this.stage = 3;
        return this.stage === 3 ? this.go(true) : this.word();
      case T.JOIN:
        return this.trusted || this.logic > 0 ? this.go(true) : this.word();
      case T.END_CASE:
        if (this.stage !== 3) return this.word();
        this.stage = 0;
        this.pending = R.LOGIC_TERM;
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
        return this.clauseBegins(true);
      case T.HAVING:
      case T.WHERE:
        this.newTerm();
        return CONTINUE;
      case T.LIMIT:
        return this.clauseBegins(false);
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

  /** `1) FROM users WHERE ..`: the value closes a call and goes on with the statement around it. */
  private fromTable(): number {
    this.scan.next();
    return this.scan.ahead === T.WHERE ? R.CLAUSE : this.go(false);
  }

  /** A word or a literal right behind an operand: SQL has no place for it, but a value may begin with a run of words. */
  private word(): number {
    const { scan } = this;
    if (scan.kind === T.INTO && scan.ahead === T.OUTFILE) return R.OUTPUT_FILE;
    if (scan.kind === T.WAITFOR && scan.ahead === T.DELAY) return this.wait();
    if (scan.kind === T.STRING) return this.quoted || this.words > 0 ? this.go(false) : R.CLEAN;
    if (this.quoted || this.logic > 0 || this.operators > 0 || this.compare > 0 || scan.kind === T.JUNK) return R.CLEAN;
    if (scan.kind === T.OPEN || scan.kind === T.OPEN_BRACE) return R.CLEAN;
    this.words++;
    this.left |= NAMED;
    return this.go(false);
  }

  /** `{word operand}`: MySQL passes over the word. */
  private odbcEscape(): number {
    const kind = this.scan.next();
    if ((kind >= T.LOGIC || kind === T.NAME) && this.scan.ahead !== T.OPEN) this.scan.next();
    return CONTINUE;
  }

  private clauseBegins(sorted: boolean): number {
    this.clause = true;
    this.sorted = sorted;
    return this.go(true);
  }

  private wait(): number {
    const { scan } = this;
    scan.next();
    return scan.ahead === T.STRING || scan.ahead === T.VARIABLE ? R.WAIT : R.CLEAN;
  }

  private skip(): boolean {
    this.scan.next();
    this.stage = 2;
    return true;
  }

  /** A name, or a call when an opening bracket follows. */
  private named(kind: number): number {
    const { scan } = this;
    if (scan.ahead !== T.OPEN || scan.kind === T.NAME) {
      if (scan.ahead === T.OPEN) {
        scan.next();
        this.note(CALLED | NAMED);
        return this.enterCall();
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
    return this.enterCall();
  }
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
