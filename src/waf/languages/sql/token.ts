/**
 * The kinds of token the SQL reader tells apart. Plain numbers: the grammar switches on them for each token of each value.
 * Words get their kind from `words.ts`, everything else from `scanner.ts`.
 */
export const END = 0;
export const NUMBER = 1;
export const STRING = 2;
export const NAME = 3;
export const VARIABLE = 4;
export const OPEN = 5;
export const CLOSE = 6;
export const OPEN_BRACE = 7;
export const CLOSE_BRACE = 8;
export const COMMA = 9;
export const SEMICOLON = 10;
/** A comment that runs to the end of the value; one that ends inside the value is white space. */
export const COMMENT = 11;
export const PLUS = 12;
export const STAR = 13;
export const SLASH = 14;
/** Any other arithmetic or bit operator. */
export const OPERATOR = 15;
export const COMPARE = 16;
export const CONCAT = 17;
export const CAST = 18;
export const JUNK = 19;

export const LOGIC = 20;
export const NOT = 21;
export const MATCHES = 22;
export const IS = 23;
export const IN = 24;
export const BETWEEN = 25;
export const PREFIX = 26;
export const CONSTANT = 27;
export const BOOLEAN = 28;
export const UNION = 29;
export const ALL = 30;
export const SELECT = 31;
export const FROM = 32;
export const WHERE = 33;
export const ORDER = 34;
export const BY = 35;
export const HAVING = 36;
export const LIMIT = 37;
export const INTO = 38;
export const OUTFILE = 39;
export const PROCEDURE = 40;
export const CASE = 41;
export const WHEN = 42;
export const ELSE = 43;
export const END_CASE = 44;
export const AS = 45;
export const COLLATE = 46;
export const SORTED = 47;
export const WAITFOR = 48;
export const DELAY = 49;
export const JOIN = 50;
export const INSERT = 51;
export const UPDATE = 52;
export const DELETE = 53;
export const DEFINE = 54;
export const OBJECT = 55;
export const EXECUTE = 56;
export const DECLARE = 57;
export const SET = 58;
export const SHUTDOWN = 59;
export const COMMAND = 60;
export const IF = 61;
export const TYPE = 62;
/** Functions that wait, read files, run programs or make errors carry data: calling one is the attack. */
export const DANGEROUS = 63;
/** Functions that read the server or take text apart: an attack's usual tools, rare in prose. */
export const REVEALING = 64;
/** Functions that spreadsheets, code and prose share. */
export const COMMON = 65;
export const VALUES = 66;

/** The short form of a verdict, one letter for each kind: what the reader saw, compact enough to compare and to count. */
const LETTERS = '$1snv(){},;c+*/o=|:?&!~iIbpkKUaEFWOBHL>TPCwezAlrYdJNuDXjZqSQM^yxfgV';

export function letterOf(kind: number): string {
  return LETTERS[kind] ?? '?';
}
