import { CLEAN, STATEMENT, SUBQUERY, UNION_SELECT, WAIT } from './reasons.ts';
import type { Scanner } from './scanner.ts';
import * as T from './token.ts';

/**
 * The parts of SQL that begin with a verb. Prose is full of the same verbs ("select a size; update your order"), so each is
 * believed only with the shape it must have: what follows the verb, and what follows that.
 */

/** At `SELECT`: does a select list follow? `trusted` says a name alone will do, because what stood before was already SQL. */
export function selectList(scan: Scanner, trusted: boolean): boolean {
  let kind = scan.next();
  while (kind === T.ALL || kind === T.PREFIX || (kind === T.NAME && scan.ahead === T.NUMBER && isTop(scan))) {
    if (kind === T.NAME) scan.next();
    kind = scan.next();
  }
  while (kind === T.OPEN || kind === T.PLUS || kind === T.NOT || kind === T.OPEN_BRACE) {
    if (kind === T.OPEN && scan.ahead === T.SELECT) return true;
    kind = scan.next();
  }
  switch (kind) {
    case T.CASE:
    case T.STRING:
    case T.VARIABLE:
      return true;
    case T.OPERATOR:
      return scan.ahead !== T.END;
    case T.STAR:
      return scan.ahead === T.FROM || scan.ahead === T.COMMA || (trusted && endsExpression(scan.ahead));
    case T.NUMBER:
    case T.CONSTANT:
    case T.BOOLEAN:
      return endsExpression(scan.ahead) || scan.ahead === T.INTO;
    case T.FROM:
    case T.END:
    case T.COMMA:
    case T.CLOSE:
    case T.SEMICOLON:
    case T.JUNK:
      return false;
    default:
      return named(scan, trusted);
  }
}

/** A select list that begins with a name: only what comes next tells it from prose. */
function named(scan: Scanner, trusted: boolean): boolean {
  if (scan.executable) return true;
  switch (scan.ahead) {
    case T.OPEN:
    case T.FROM:
    case T.CONCAT:
    case T.COMMENT:
      return true;
    case T.COMMA:
    case T.PLUS:
    case T.OPERATOR:
      return trusted || listThenFrom(scan);
    case T.COMPARE:
    case T.INTO:
    case T.END:
    case T.CLOSE:
    case T.WHERE:
    case T.SEMICOLON:
    case T.UNION:
      return trusted;
    default:
      return false;
  }
}

/** Names and numbers with commas and operators between them, and then FROM. */
function listThenFrom(scan: Scanner): boolean {
  while (scan.ahead === T.COMMA || scan.ahead === T.PLUS || scan.ahead === T.OPERATOR || scan.ahead === T.STAR) {
    scan.next();
    const kind = scan.next();
    if (kind !== T.NAME && kind !== T.NUMBER && kind < T.DEFINE) return false;
  }
  return scan.ahead === T.FROM;
}

function isTop(scan: Scanner): boolean {
  const word = scan.word().toLowerCase();
  return word === 'top' || word === 'first' || word === 'skip';
}

function endsExpression(kind: number): boolean {
  switch (kind) {
    case T.NAME:
    case T.NUMBER:
    case T.STRING:
    case T.VARIABLE:
    case T.JUNK:
    case T.OPEN:
    case T.SELECT:
      return false;
    default:
      return kind < T.DEFINE;
  }
}

/** At `UNION` (or INTERSECT, EXCEPT, MINUS). `cut` says a value that ends behind SELECT will do, as the rest may be in the next one. */
export function union(scan: Scanner, trusted: boolean, cut: boolean): number {
  let kind = scan.next();
  while (kind === T.ALL || kind === T.PREFIX || kind === T.OPEN) kind = scan.next();
  if (kind === T.SELECT && cut && scan.ahead === T.END) return UNION_SELECT;
  if (kind === T.SELECT) return selectList(scan, trusted) ? UNION_SELECT : CLEAN;
  return kind === T.VALUES && scan.ahead === T.OPEN ? UNION_SELECT : CLEAN;
}

export function subquery(scan: Scanner): number {
  return selectList(scan, false) ? SUBQUERY : CLEAN;
}

/** At the first token of a statement, behind a semicolon or, as SQL Server allows, behind nothing. `trusted` as above. */
export function statement(scan: Scanner, trusted: boolean): number {
  for (;;) {
    const verdict = one(scan, trusted);
    if (verdict !== AGAIN) return verdict;
  }
}

const AGAIN = -1;

function one(scan: Scanner, trusted: boolean): number {
  const head = scan.kind;
  switch (head) {
    case T.SEMICOLON:
      scan.next();
      return AGAIN;
    case T.COMMENT:
      return trusted ? STATEMENT : CLEAN;
    case T.SELECT:
      return when(selectList(scan, trusted));
    case T.INSERT:
      return when(scan.ahead === T.INTO);
    case T.DELETE:
      return when(scan.ahead === T.FROM);
    case T.UPDATE:
      scan.next();
      return when(scan.ahead === T.SET);
    case T.DEFINE:
      return define(scan, trusted);
    case T.EXECUTE:
      return execute(scan);
    case T.DECLARE:
      scan.next();
      return when(scan.kind === T.VARIABLE || (isName(scan.kind) && scan.ahead === T.TYPE));
    case T.SET:
      scan.next();
      return when((scan.kind === T.VARIABLE || isName(scan.kind)) && scan.ahead === T.COMPARE);
    case T.SHUTDOWN:
      return when(trusted && (scan.ahead === T.END || scan.ahead === T.COMMENT || scan.ahead === T.SEMICOLON));
    case T.WAITFOR:
      return scan.ahead === T.DELAY ? WAIT : CLEAN;
    case T.IF:
      return condition(scan, trusted);
    case T.OPEN:
      return when(trusted && scan.ahead === T.SELECT);
    case T.COMMAND:
      return command(scan, trusted);
    default:
      return CLEAN;
  }
}

function when(is: boolean): number {
  return is ? STATEMENT : CLEAN;
}

function isName(kind: number): boolean {
  return kind === T.NAME || kind >= T.DEFINE;
}

/** `IF (1=1) ..`: code in other languages looks alike, so a literal has to be compared unless SQL stood before. */
function condition(scan: Scanner, trusted: boolean): number {
  let kind = scan.next();
  if (trusted) return when(kind === T.OPEN || kind === T.NOT || kind === T.PREFIX || kind === T.NUMBER);
  while (kind === T.OPEN) kind = scan.next();
  return when((kind === T.NUMBER || kind === T.STRING) && scan.ahead === T.COMPARE);
}

function define(scan: Scanner, trusted: boolean): number {
  const kind = scan.next();
  if (kind === T.LOGIC) return when(scan.ahead === T.INSERT); // CREATE OR REPLACE
  if (kind === T.OBJECT || kind === T.PROCEDURE)
    return when(isName(scan.ahead) || scan.ahead === T.OPEN || scan.ahead === T.VARIABLE);
  return when(trusted && isName(kind) && scan.ahead === T.COMMENT);
}

function execute(scan: Scanner): number {
  const kind = scan.next();
  if (kind === T.DANGEROUS || kind === T.VARIABLE || kind === T.STRING || kind === T.OPEN) return STATEMENT;
  if (!isName(kind)) return CLEAN;
  const { ahead } = scan;
  return when(
    ahead === T.STRING ||
      ahead === T.NUMBER ||
      ahead === T.VARIABLE ||
      ahead === T.COMMENT ||
      ahead === T.SEMICOLON ||
      ahead === T.OPEN ||
      ahead === T.FROM ||
      ahead === T.END,
  );
}

/** SHOW, USE, GRANT and the like have no shape to check: they count when a comment cuts the rest off, or by what comes after. */
function command(scan: Scanner, trusted: boolean): number {
  for (let words = 0; ; words++) {
    switch (scan.next()) {
      case T.SEMICOLON:
        return AGAIN;
      case T.COMMENT:
        return when(trusted && words < 8);
      case T.DANGEROUS:
        if (scan.ahead === T.OPEN) return STATEMENT;
        break;
      case T.END:
      case T.JUNK:
        return CLEAN;
      default:
    }
  }
}
