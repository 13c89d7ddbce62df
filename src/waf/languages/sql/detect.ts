import { Grammar } from './grammar.ts';
import { CLEAN, reasonOf } from './reasons.ts';
import { END, letterOf } from './token.ts';
import { Scanner } from './scanner.ts';
import { mayInject, needsMysql } from './gate.ts';

const SINGLE = 0x27;
const DOUBLE = 0x22;
const BACKTICK = 0x60;

export type SqlContext = 'as it stands' | 'inside single quotes' | 'inside double quotes' | 'inside backticks';

export interface SqlVerdict {
  readonly injected: boolean;
  /** Where in a statement the value would have to stand for it. */
  readonly context: SqlContext;
  readonly dialect: 'standard' | 'mysql';
  /** Name of the reason, e.g. `union`. */
  readonly reason: string;
  /** One letter for each token up to the evidence, at most 32: what the grammar saw. */
  readonly form: string;
  /** A sentence for the trace. */
  readonly says: string;
  /** Offset behind the evidence, in bytes. */
  readonly end: number;
}

const grammar = new Grammar();
let context: SqlContext = 'as it stands';
let mysqlDialect = false;
let quoteCode = 0;

/** Is `value` an SQL injection in any context? The hot path: allocates nothing for values that are not. */
export function injects(value: string): boolean {
  return mayInject(value) && verdictCode(value) !== CLEAN;
}

/** The same with the evidence; `null` when it is not. */
export function sqlVerdict(value: string): SqlVerdict | null {
  const code = mayInject(value) ? verdictCode(value) : CLEAN;
  if (code === CLEAN) return null;
  const reason = reasonOf(code);
  const end = grammar.scan.to;
  return {
    injected: true,
    context,
    dialect: mysqlDialect ? 'mysql' : 'standard',
    reason: reason.name,
    form: formOf(value, end),
    says: `Read ${context}, the value ${reason.says}.`,
    end,
  };
}

function verdictCode(value: string): number {
  const mysql = needsMysql(value);
  let code = read(value, 0, 'as it stands', mysql);
  if (code === CLEAN && value.includes("'")) code = read(value, SINGLE, 'inside single quotes', mysql);
  if (code === CLEAN && value.includes('"')) code = read(value, DOUBLE, 'inside double quotes', mysql);
  if (code === CLEAN && value.includes('`')) code = read(value, BACKTICK, 'inside backticks', mysql);
  return code;
}

function read(value: string, quote: number, where: SqlContext, mysql: boolean): number {
  context = where;
  quoteCode = quote;
  mysqlDialect = quote === BACKTICK;
  const code = grammar.judge(value, mysqlDialect, quote);
  if (code !== CLEAN || mysqlDialect || !mysql) return code;
  mysqlDialect = true;
  return grammar.judge(value, true, quote);
}

function formOf(value: string, end: number): string {
  const scan = new Scanner();
  scan.open(value, mysqlDialect, quoteCode);
  let form = '';
  for (let count = 0; count < 32 && scan.kind !== END; count++) {
    form += letterOf(scan.kind);
    if (scan.to >= end) break;
    scan.next();
  }
  return form;
}
