/** Why a value was taken for an injection. 0 is "it was not". */
export const CLEAN = 0;
export const LOGIC_TERM = 1;
export const COMPARISON = 2;
export const UNION_SELECT = 3;
export const SUBQUERY = 4;
export const STATEMENT = 5;
export const CALL = 6;
export const WRAPPED = 7;
export const CUT_OFF = 8;
export const CLAUSE = 9;
export const OUTPUT_FILE = 10;
export const WAIT = 11;

export interface SqlReason {
  readonly name: string;
  readonly says: string;
}

const REASONS: readonly SqlReason[] = [
  { name: 'clean', says: 'continues no statement' },
  { name: 'logic', says: 'adds a condition to the statement with AND or OR' },
  { name: 'comparison', says: 'adds a comparison to the statement' },
  { name: 'union', says: 'adds a UNION with a SELECT of its own' },
  { name: 'subquery', says: 'puts a SELECT in brackets where a value belongs' },
  { name: 'statement', says: 'ends the statement and begins another' },
  { name: 'call', says: 'calls a function where a value belongs' },
  { name: 'wrapped', says: 'leaves the string, adds an operator, and enters the next string' },
  { name: 'cut-off', says: 'cuts off the rest of the statement with a comment' },
  { name: 'clause', says: 'adds a clause to the statement (ORDER BY, GROUP BY, HAVING, LIMIT, PROCEDURE)' },
  { name: 'output-file', says: 'sends the result into a file or a variable' },
  { name: 'wait', says: 'makes the server wait' },
];

export function reasonOf(code: number): SqlReason {
  return REASONS[code] as SqlReason;
}
