/**
 * Why we say no. A room declares its reasons once; the area and the key make a typed code (`gateway.key.missing`), so a
 * slip does not compile, a reader finds the code by grep, and the reference page is written from the same declaration.
 */
export interface Reason<Code extends string = string> {
  readonly code: Code;
  readonly status: number;
  /** One sentence for people. Never holds a value from the request. */
  readonly says: string;
}

type Reasons<Area extends string, Table> = { readonly [Key in keyof Table & string]: Reason<`${Area}.${Key}`> };

export function defineReasons<
  const Area extends string,
  const Table extends Readonly<Record<string, readonly [status: number, says: string]>>,
>(area: Area, table: Table): Reasons<Area, Table> {
  const reasons: Record<string, Reason> = {};
  for (const [key, [status, says]] of Object.entries(table)) reasons[key] = { code: `${area}.${key}`, status, says };
  return reasons as Reasons<Area, Table>;
}
