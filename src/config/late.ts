import type { $ZodType } from 'zod/v4/core';

/** A schema, or a function that makes it: a start pays for no page that the document does not name. */
export type Late<Schema extends $ZodType> = Schema | (() => Schema);

/** Made when it is first asked for, and once. */
export function late<Schema extends $ZodType>(given: Late<Schema>): () => Schema {
  let made = typeof given === 'function' ? null : given;
  return () => (made ??= (given as () => Schema)());
}
